using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Nin.Distributed.Tests;
using Xunit.Abstractions;

namespace Nin.Cuda.Tests;

/// <summary>Two processes under the real <c>mpirun</c>, each on a simulated CUDA device.</summary>
public sealed class RanksTests(ITestOutputHelper output) : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("nin-cuda-ranks").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>
    /// The system's Open MPI is not CUDA-aware, so gradients go through the host's memory; a stand-in that says it is, and moves bytes by the system's, is given
    /// the device's addresses. Both end with the bits of one process.
    /// </summary>
    [SimulatedFact]
    public void Gradients_of_a_device_go_to_an_Mpi_that_is_cuda_aware_by_their_addresses_and_else_through_the_host()
    {
        if (MpiFactAttribute.Missing.Value is { } reason)
        {
            output.WriteLine($"Not run: {reason}");
            return;
        }

        string aware = Path.Combine(folder, "libmpi-cuda-aware.so");
        Start("gcc", "-shared", "-fPIC", "-o", aware, Path.Combine(AppContext.BaseDirectory, "cuda-aware-mpi.c"), "-l:libmpi.so.40");
        using (var alone = Device.Open("cuda:0")) CudaProgram.Train(alone, ranks: null, Path.Combine(folder, "one"));
        byte[] one = Weights("one", "");
        byte[] host = Weights("host", Ranks("-", "host"));
        string printed = Ranks(aware, "device");
        byte[] device = Weights("device", printed);

        host.Should().Equal(one);
        device.Should().Equal(one);
        var moved = Regex.Matches(printed, @"device: (\d+) sent, (\d+) received; host: (\d+) sent, (\d+) received");
        moved.Should().HaveCount(2, printed);
        foreach (Match rank in moved)
        {
            output.WriteLine(rank.Value);
            // Each sends half of its gradients, and then the sums of the other half.
            long gradients = CudaProgram.Steps * sizeof(float) * FewKernelsNet.ParameterCount;
            Number(rank, 1).Should().BeGreaterThanOrEqualTo(gradients).And.BeLessThan(2 * gradients);
            Number(rank, 2).Should().BeGreaterThanOrEqualTo(gradients).And.BeLessThan(2 * gradients);
            Number(rank, 3).Should().BeLessThan(gradients, "what is agreed on is in the host's memory, and no gradient");
        }
    }

    string Ranks(string library, string name)
    {
        using var run = MpiRun.StartOwn(Arguments(library, name));
        run.Finish().Should().Be(0, run.Output);
        return run.Output;
    }

    string[] Arguments(string library, string name) => ["cuda", SimulatedDriver.File, library, Path.Combine(folder, name)];

    byte[] Weights(string name, string printed)
    {
        File.Exists(Path.Combine(folder, name)).Should().BeTrue(printed);
        return File.ReadAllBytes(Path.Combine(folder, name));
    }

    static string Start(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var error = process.StandardError.ReadToEndAsync();
        string text = process.StandardOutput.ReadToEnd() + error.Result;
        process.WaitForExit();
        process.ExitCode.Should().Be(0, text);
        return text;
    }

    static long Number(Match match, int group) => long.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);
}
