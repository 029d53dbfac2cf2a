using System.Globalization;
using Nin;
using Nin.Benchmarks.Estimate;
using Nin.Dimensions;
using Nin.Kernels.Tests.Ptx;
using Nin.Runner.Models;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is not [var library, var precisionName, var batchText, var blocksText, var model]
    || !Enum.TryParse(precisionName, ignoreCase: true, out Precision precision)
    || !int.TryParse(batchText, out int batch) || !int.TryParse(blocksText, out int blocks)
    || ModelOf(model) is not { } measure)
{
    Console.Error.WriteLine("run.sh [float32|tf32x3|tf32 [BATCH [SAMPLED_BLOCKS [book|cifar10|mnist28|modern28|quick28]]]]");
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
var step = measure(driver, device, batch);

using var names = new KernelNames();
var registers = step.Texts.ToDictionary(p => p.Key, p => Ptxas.Assemble(p.Value).Registers);
var codes = step.Texts.ToDictionary(p => p.Key, p => MachineCode.Of(p.Value));
LaunchEstimate[] estimates = [.. step.Launches.Select(l => new LaunchEstimate(l, names.Of(step.Texts[l.Program]), registers[l.Program], codes[l.Program]))];
EstimateTable.Print(estimates, $"a training step of {model}, batch {batch}, {precision}, from up to {blocks} blocks of each launch", batch);
EstimateTable.PrintProducts(estimates, 2 * step.Macs, precision);
EstimateTable.PrintHost(step);
return 0;

static Func<SimulatedDriver, Device, int, TrainingStep>? ModelOf(string name) => name switch
{
    "book" => TrainingStep.Of<BookNin, Chw<D1, D224, D224>, Features<D10>>,
    "cifar10" => TrainingStep.Of<Cifar10, Chw<D3, D32, D32>, Features<D10>>,
    "mnist28" => TrainingStep.Of<Mnist28, Chw<D1, D28, D28>, Features<D10>>,
    "modern28" => TrainingStep.Of<Modern28, Chw<D1, D28, D28>, Features<D10>>,
    "quick28" => TrainingStep.Of<Quick28, Chw<D1, D28, D28>, Features<D10>>,
    _ => null,
};
