namespace Nin.Runner.Tests;

/// <summary>Drivers that are missing, without a device or broken: the reason is shown, nothing crashes, and the CPU is chosen.</summary>
public sealed class BrokenDriverTests
{
    const string Init = "int cuInit(unsigned flags) { return 0; }";

    static readonly string[] Bench = ["bench", "--model", "quick28", "--batch", "2", "--steps", "1", "--workload", "infer"];

    [GccFact]
    public void A_library_that_exports_nothing_is_no_driver() => Refused("int other;", "libcuda.so.1 is not a CUDA driver", isBroken: true);

    [GccFact]
    public void A_driver_that_does_not_start_names_its_error() => Refused(
        """
        int cuInit(unsigned flags) { return 803; }
        int cuDeviceGetCount(int *n) { *n = 0; return 0; }
        int cuGetErrorName(int code, const char **name) { *name = "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH"; return 0; }
        """,
        "cuInit of libcuda.so.1 fails with CUDA error 803 (CUDA_ERROR_SYSTEM_DRIVER_MISMATCH)",
        isBroken: true);

    [GccFact]
    public void A_driver_without_a_device_is_not_broken() =>
        Refused(Init + "int cuDeviceGetCount(int *n) { *n = 0; return 0; }", "the NVIDIA driver reports no device", isBroken: false);

    [GccFact]
    public void A_driver_that_forbids_every_device_is_not_broken() => Refused(
        "int cuInit(unsigned flags) { return 100; } int cuDeviceGetCount(int *n) { return 3; }", "the NVIDIA driver reports no device", isBroken: false);

    [GccFact]
    public void A_driver_that_cannot_count_names_its_error() =>
        Refused(Init + "int cuDeviceGetCount(int *n) { return 999; }", "cuDeviceGetCount of libcuda.so.1 fails with CUDA error 999", isBroken: true);

    [GccFact]
    public void A_driver_that_lacks_functions_is_broken() =>
        Refused(Init + "int cuDeviceGetCount(int *n) { *n = 1; return 0; }", "not all functions that ILGPU needs", isBroken: true);

    [Fact]
    public void An_OpenCL_driver_that_cannot_be_loaded_is_named_with_its_file()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["vendors"]);
        string file = Path.Combine(folder["vendors"], "gone.icd");
        File.WriteAllText(file, "libgone-for-good.so\n");
        var vendors = new Dictionary<string, string> { ["OCL_ICD_VENDORS"] = folder["vendors"] };
        string reason = $"{file} names libgone-for-good.so, which cannot be loaded";
        if (NinProcess.RunWith(vendors, "devices").Succeeded().Output.Contains("libOpenCL.so.1", StringComparison.Ordinal)) return;

        Squeezed(NinProcess.RunWith(vendors, "devices").Succeeded().Output).Should().Contain("opencl missing");
        NinProcess.RunWith(vendors, [.. Bench, "--device", "opencl"]).FailedWith(1).Should().Contain(reason);
        ShouldFallBack(NinProcess.RunWith(vendors, [.. Bench, "--json"]), "opencl", reason, isBroken: true);
    }

    [Fact]
    public void Without_any_driver_verbose_tells_what_was_passed_over()
    {
        using var folder = new TemporaryFolder();
        var variables = new Dictionary<string, string> { ["OCL_ICD_VENDORS"] = folder["none"] };
        NinProcess.RunWith(variables, [.. Bench, "--json", "--verbose"]).Succeeded().Error.Should().Contain("nin: opencl is not used: ");
    }

    static void Refused(string source, string reason, bool isBroken)
    {
        using var driver = new StubDriver(source);
        Squeezed(driver.Run("devices").Succeeded().Output).Should().Contain("cuda missing").And.Contain(reason);
        var devices = driver.Run("devices", "--json").Succeeded().Json.EnumerateArray().ToList();
        devices.Single(d => d.GetProperty("default").GetBoolean()).GetProperty("id").GetString().Should().Be("cpu");
        devices.Select(d => d.GetProperty("kind").GetString()).Should().NotContain("cuda");
        driver.Run([.. Bench, "--device", "cuda"]).FailedWith(1).Should().Contain("no device 'cuda:0'").And.Contain(reason);
        ShouldFallBack(driver.Run([.. Bench, "--json"]), "cuda", reason, isBroken);
    }

    static void ShouldFallBack(NinOutcome outcome, string kind, string reason, bool isBroken)
    {
        outcome.Succeeded().Json.GetProperty("device").GetString().Should().Be("cpu");
        if (isBroken) outcome.Error.Should().Contain($"nin: {kind} is not used: ").And.Contain(reason);
        else outcome.Error.Should().NotContain($"nin: {kind}");
    }

    static string Squeezed(string table) => string.Join(' ', table.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries));
}
