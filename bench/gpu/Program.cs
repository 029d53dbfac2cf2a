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
    Run("the comparison with the CPU", AgreementCheck.Print);
    Run("whole networks", NetworkTable.Print);
    Run("the launches of a step", LaunchTable.Print);
    Run("the kernels of layers", KernelTable.Print);
    return report!.Agrees && !report.HasFailures ? 0 : 1;

    void Run(string name, Action<Report, Device, GpuOptions> part)
    {
        foreach (var precision in options.Precisions)
        {
            report?.Begin();
            while (!Ends(name, part, precision))
            {
                // The rest of it, on a device that is opened again.
            }
        }
    }

    // A network that does not fit, or that a fault of the driver ended, is a line of the report, and the rest is measured.
    bool Ends(string name, Action<Report, Device, GpuOptions> part, Precision precision)
    {
        try
        {
            report?.Again();
            using var device = Device.Open(
                options.Device, threads: 0, passedOver => Console.Error.WriteLine($"{passedOver.Id} is not used: {passedOver.Missing}"), precision);
            report ??= new Report(device, options);
            part(report, device, options);
            return true;
        }
        catch (Exception exception) when (report is not null && Report.IsOfAMeasurement(exception))
        {
            return !report.Fail($"{name}, {precision}", exception);
        }
    }
}
catch (Exception exception) when (exception is ArgumentException or IOException || Report.IsOfAMeasurement(exception))
{
    Console.Error.WriteLine(exception.Message);
    return 2;
}
