using System.CommandLine;
using Nin.App.Output;
using Nin.App.Results;
using Spectre.Console;

namespace Nin.App.Commands;

/// <summary><c>nin devices</c>.</summary>
sealed class DevicesCommand : Command
{
    public DevicesCommand()
        : base("devices", "List the devices of this machine, the default, and why one is missing") => SetAction(Run);

    static int Run(ParseResult parsed)
    {
        var devices = DeviceDiscovery.List();
        var found = devices.Where(d => d.Missing is null);
        DeviceRow[] rows = [.. found.Select(d => new DeviceRow(d.Id, KindName(d.Kind), d.Name ?? "", d.MemoryBytes, d.IsDefault))];
        new Report(parsed).Result(rows, AppJson.Lines.DeviceRowArray, console => Show(console, devices));
        return ExitCode.Done;
    }

    static void Show(IAnsiConsole console, IReadOnlyList<DeviceInfo> devices)
    {
        var table = Tables.Create("device", "", "name", ">memory");
        foreach (var device in devices)
        {
            if (device.Missing is { } reason) table.Add(device.Id, "missing", reason, "");
            else table.Add(device.Id, device.IsDefault ? "default" : "", device.Name ?? "", Tables.Bytes(device.MemoryBytes));
        }

        console.Write(table);
    }

    static string KindName(DeviceKind kind) => kind switch
    {
        DeviceKind.Cuda => "cuda",
        DeviceKind.OpenCl => "opencl",
        DeviceKind.Emulator => "emulator",
        _ => "cpu",
    };
}
