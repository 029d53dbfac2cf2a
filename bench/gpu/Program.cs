using System.Globalization;
using Nin;
using Nin.Benchmarks.Gpu;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
try
{
    var options = GpuOptions.Parse(args);
    if (options.Graphs) Environment.SetEnvironmentVariable(CudaGraphs.Variable, CudaGraphs.On);
    Report? report = null;
    // What matters most comes first, at every precision: whether the results are right, then whole networks, then what a step's kernels take, then each layer.
    Run(AgreementCheck.Print);
    Run(NetworkTable.Print);
    Run(LaunchTable.Print);
    Run(KernelTable.Print);
    return report!.Agrees ? 0 : 1;

    void Run(Action<Report, Device, GpuOptions> part)
    {
        foreach (var precision in options.Precisions)
        {
            using var device = Device.Open(
                options.Device, threads: 0, passedOver => Console.Error.WriteLine($"{passedOver.Id} is not used: {passedOver.Missing}"), precision);
            report ??= new Report(device, options);
            part(report, device, options);
        }
    }
}
catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or InsufficientMemoryException or IOException)
{
    Console.Error.WriteLine(exception.Message);
    return 2;
}
