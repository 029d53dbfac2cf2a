using System.Globalization;
using Nin;
using Nin.Benchmarks.Gpu;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
try
{
    var options = GpuOptions.Parse(args);
    bool agrees = true;
    for (int i = 0; i < options.Precisions.Length; i++)
    {
        using var device = Device.Open(
            options.Device, threads: 0, passedOver => Console.Error.WriteLine($"{passedOver.Id} is not used: {passedOver.Missing}"),
            options.Precisions[i]);
        if (i == 0)
        {
            Console.WriteLine($"{device}, {device.MemoryBytes / (double)(1 << 30):0.0} GiB; .NET {Environment.Version}");
            Table.Begin();
        }

        var table = new Table($"{device.Precision}, {device.Profile.Products}");
        agrees &= AgreementCheck.Print(table, device);
        KernelTable.Print(table, device, options);
        NetworkTable.Print(table, device, options);
    }

    return agrees ? 0 : 1;
}
catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or InsufficientMemoryException)
{
    Console.Error.WriteLine(exception.Message);
    return 2;
}
