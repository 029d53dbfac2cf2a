using System.Globalization;
using Nin;
using Nin.Benchmarks.Gpu;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
try
{
    var options = GpuOptions.Parse(args);
    using var device = Device.Open(options.Device, threads: 0, passedOver => Console.Error.WriteLine($"{passedOver.Id} is not used: {passedOver.Missing}"));
    Console.WriteLine($"{device}, {device.MemoryBytes / (double)(1 << 30):0.0} GiB; .NET {Environment.Version}");
    bool agrees = AgreementCheck.Print(device);
    KernelTable.Print(device, options);
    NetworkTable.Print(device, options);
    return agrees ? 0 : 1;
}
catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or InsufficientMemoryException)
{
    Console.Error.WriteLine(exception.Message);
    return 2;
}
