using System.Globalization;
using Nin;
using Nin.Benchmarks.Estimate;
using Nin.Kernels.Tests.Ptx;
using Nin.Runner.Models;
using Nin.Training;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is not [var library, var precisionName, var batchText, var blocksText]
    || !Enum.TryParse(precisionName, ignoreCase: true, out Precision precision)
    || !int.TryParse(batchText, out int batch) || !int.TryParse(blocksText, out int blocks))
{
    Console.Error.WriteLine("run.sh [float32|tf32x3|tf32 [BATCH [SAMPLED_BLOCKS]]]");
    return 2;
}

if (Ptxas.Missing is { } missing)
{
    Console.Error.WriteLine($"No estimate without registers: {missing}");
    return 1;
}

var driver = new SimulatedDriver(library);
driver.Sample(blocks);
using var device = Device.Open("cuda:0", precision: precision);
using var net = new BookNin(device, seed: 0);
using var sgd = new Sgd(net.Parameters, learningRate: 0.1);
using var images = net.CreateInput(batch);
int[] labels = [.. Enumerable.Range(0, batch).Select(i => i % 10)];
// The first step also does what is done once.
net.TrainStep(images, labels, sgd);
LaunchRecord[] launches = driver.Count(() => net.TrainStep(images, labels, sgd));

using var names = new KernelNames();
var programs = launches.GroupBy(l => l.Program).ToDictionary(g => g.Key, g => driver.TextOf(g.First()));
var registers = programs.ToDictionary(p => p.Key, p => Ptxas.Assemble(p.Value).Registers);
var codes = programs.ToDictionary(p => p.Key, p => MachineCode.Of(p.Value));
LaunchEstimate[] estimates = [.. launches.Select(l => new LaunchEstimate(l, names.Of(programs[l.Program]), registers[l.Program], codes[l.Program]))];
EstimateTable.Print(estimates, precision, batch, blocks);
// Forward, and both gradients of every layer but the first, which has no data gradient.
long macs = 3 * BookNin.ForwardMacs - BookNin.Architecture.Layers.First(l => l.Macs > 0).Macs;
EstimateTable.PrintProducts(estimates, 2.0 * batch * macs, precision);
return 0;
