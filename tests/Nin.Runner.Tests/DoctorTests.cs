using System.Reflection;
using System.Text.Json;
using Nin.App.Checks;

namespace Nin.Runner.Tests;

/// <summary>The self-test passes on a machine that works, and says what fails on one that does not.</summary>
public sealed class DoctorTests
{
    // A process of some seconds: it compiles the kernels of every device of the machine.
    [Fact]
    public void A_machine_that_works_passes_every_check()
    {
        var result = NinProcess.Run("doctor", "--json").Succeeded().Json;
        result.EnumerateObject().Select(p => p.Name).Should().Equal("checks");
        var checks = result.GetProperty("checks").EnumerateArray().ToList();
        checks.Should().OnlyContain(c => c.EnumerateObject().Select(p => p.Name).SequenceEqual(new[] { "name", "ok", "detail" }));
        checks.Should().OnlyContain(c => c.GetProperty("ok").ValueKind == JsonValueKind.True && c.GetProperty("detail").GetString()!.Length > 0);
        checks.Select(c => c.GetProperty("name").GetString()).Should().ContainInOrder(
            "versions", "device cpu", "device emulator", "layers on cpu", "gradients on cpu", "gradients on emulator", "gradients of quick28", "memory of quick28",
            "threads of quick28");
    }

    [Fact]
    public void An_unknown_model_is_refused() => NinProcess.Run("doctor", "--model", "quick29").FailedWith(2).Should().Contain("unknown model 'quick29'");

    [GccFact]
    public void A_driver_that_fails_is_a_check_that_fails()
    {
        using var driver = new StubDriver("int cuInit(unsigned flags) { return 803; } int cuDeviceGetCount(int *n) { *n = 0; return 0; }");
        var outcome = driver.Run("doctor", "--json");
        outcome.ExitCode.Should().Be(1);
        var failed = outcome.Json.GetProperty("checks").EnumerateArray().Where(c => !c.GetProperty("ok").GetBoolean()).ToList();
        failed.Should().ContainSingle().Which.GetProperty("name").GetString().Should().Be("device cuda");
    }

    // In this process, for a network whose derivative is wrong; the program's other commands are tried as a user starts them.
    [Fact]
    public async Task A_wrong_derivative_is_a_check_that_fails_and_exit_code_1()
    {
        var console = Console.Out;
        using var written = new StringWriter();
        int code;
        try
        {
            Console.SetOut(TextWriter.Synchronized(written));
            code = await NinApp.RunAsync(["doctor", "--json"], app => app.Add<WronglyDerivedNet>("wrong"));
        }
        finally
        {
            Console.SetOut(console);
        }

        code.Should().Be(1);
        string line = written.ToString().Split('\n').Single(l => l.StartsWith("{\"checks\"", StringComparison.Ordinal));
        using var json = JsonDocument.Parse(line);
        var failed = json.RootElement.GetProperty("checks").EnumerateArray().Where(c => !c.GetProperty("ok").GetBoolean()).ToList();
        failed.Should().ContainSingle("the network's own memory and threads are as promised, and the devices").Which.GetProperty("name").GetString().Should().Be("gradients of wrong");
        failed[0].GetProperty("detail").GetString().Should().Contain("gradient");
    }

    [Fact]
    public void Devices_that_disagree_are_told_apart()
    {
        using var cpu = Device.Open("cpu");
        EngineComparison.Distance([1, 2, 3], [1, 2, 3]).Should().Be(0);
        EngineComparison.Distance([1, 2, 3.1f], [1, 2, 3]).Should().BeGreaterThan(EngineComparison.Tolerance);
        EngineComparison.Distance([1, 2, float.NaN], [1, 2, 3]).Should().Be(double.NaN, "which is within no tolerance");
    }

    [Fact]
    public void The_network_that_is_tried_has_every_kind_of_layer()
    {
        var kinds = typeof(LayerAttribute).Assembly.GetTypes()
            .Where(t => t.IsSubclassOf(typeof(LayerAttribute)) && !t.IsAbstract)
            .Select(t => t.Name.Replace("Attribute", "", StringComparison.Ordinal).Split('`')[0])
            .Except(["Custom", "LayersOf"]);
        EveryLayerNet.Architecture.Layers.Select(l => l.Kind.Split('<')[0]).Should().Contain(kinds);
    }
}

/// <summary>A square whose derivative says 1.9 x.</summary>
public readonly struct WronglyDerived : ISavesInput
{
    public static string Name => "WronglyDerived";

    public T Value<T>(T x)
        where T : struct, IReal<T> => x * x;

    public T Gradient<T>(T saved, T dy)
        where T : struct, IReal<T> => dy * saved * T.Broadcast(1.9f);
}

/// <summary>A network that cannot be trained as it is declared.</summary>
[Network(1, 8, 8, Classes = 10)]
[Conv2d(6, Kernel = 3)]
[Activation<WronglyDerived>]
[GlobalAvgPool2d]
[Flatten]
[Linear(10)]
public sealed partial class WronglyDerivedNet;
