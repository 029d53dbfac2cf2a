using Nin.Runner.Models;

namespace Nin.Cuda.Tests;

/// <summary>Kernels that one process compiled serve the next one; here, the next device.</summary>
public sealed class PtxCacheTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("nin-kernels").FullName;
    readonly string? before = Environment.GetEnvironmentVariable(PtxKernels.Variable);

    public PtxCacheTests() => Environment.SetEnvironmentVariable(PtxKernels.Variable, folder);

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(PtxKernels.Variable, before);
        Directory.Delete(folder, recursive: true);
    }

    [SimulatedFact]
    public void A_second_device_compiles_nothing_and_computes_the_same_bits()
    {
        var first = Logits();
        var second = Logits();
        first.Compiled.Should().BePositive();
        (second.Compiled, second.Found).Should().Be((0, first.Compiled));
        second.Values.Should().Equal(first.Values);
    }

    [SimulatedFact]
    public void Damaged_files_are_compiled_again()
    {
        var first = Logits();
        string[] files = Directory.GetFiles(folder, "*", SearchOption.AllDirectories);
        files.Should().HaveCount(first.Compiled);
        File.WriteAllText(files[0], "");
        foreach (string file in files[1..]) File.WriteAllText(file, File.ReadAllText(file).Replace(".reg", ".rag", StringComparison.Ordinal));
        var second = Logits();
        second.Compiled.Should().Be(first.Compiled);
        second.Values.Should().Equal(first.Values);
        Logits().Compiled.Should().Be(0, "they were written again");
    }

    [SimulatedFact]
    public void A_folder_that_cannot_be_written_costs_nothing_but_time()
    {
        string file = Path.Combine(folder, "file");
        File.WriteAllText(file, "");
        Environment.SetEnvironmentVariable(PtxKernels.Variable, file);
        Logits().Compiled.Should().BePositive();
    }

    [SimulatedFact]
    public void Old_builds_make_room()
    {
        string[] old = [.. Enumerable.Range(0, 6).Select(i => Path.Combine(folder, $"{i:x16}"))];
        foreach (string build in old)
        {
            Directory.CreateDirectory(build);
            File.WriteAllText(Path.Combine(build, "a.ptx"), "");
            Directory.SetLastWriteTimeUtc(build, DateTime.UtcNow.AddDays(-10 + Array.IndexOf(old, build)));
        }

        string foreign = Path.Combine(folder, "mine");
        Directory.CreateDirectory(foreign);
        Logits();
        old.Select(Directory.Exists).Should().Equal(false, false, false, true, true, true);
        Directory.Exists(foreign).Should().BeTrue();
        Directory.GetDirectories(folder).Should().HaveCount(5, "this build, three before it, and what is none");
    }

    [SimulatedFact]
    public void It_can_be_turned_off()
    {
        Environment.SetEnvironmentVariable(PtxKernels.Variable, "off");
        Logits().Compiled.Should().BePositive();
        var second = Logits();
        second.Found.Should().Be(0);
        second.Compiled.Should().BePositive();
        Directory.EnumerateFileSystemEntries(folder).Should().BeEmpty();
    }

    static (float[] Values, int Compiled, int Found) Logits()
    {
        using var device = (AcceleratorDevice)Device.Open("cuda:0");
        using var net = new Quick28(device, seed: 0);
        using var images = net.CreateInput(1);
        images.CopyFrom([.. Enumerable.Range(0, 28 * 28).Select(i => i % 7 / 7f)], Layout.Nhwc);
        float[] values = net.Forward(images).ToArray(Layout.Nhwc);
        return (values, device.Ptx!.Compiled, device.Ptx.Found);
    }
}
