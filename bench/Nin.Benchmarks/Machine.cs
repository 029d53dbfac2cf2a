using System.Runtime.InteropServices;

namespace Nin.Benchmarks;

/// <summary>Where figures come from: they mean nothing without it.</summary>
static class Machine
{
    /// <summary>Prints processor, system, run time and how busy the machine is with other work.</summary>
    public static void Print()
    {
        using var device = Device.Open("cpu");
        Console.WriteLine($"{device.Name}; {RuntimeInformation.OSDescription}; {RuntimeInformation.FrameworkDescription}");
        const string Load = "/proc/loadavg";
        if (File.Exists(Load)) Console.WriteLine($"Load average: {string.Join(' ', File.ReadAllText(Load).Split(' ')[..3])}");
        Console.WriteLine();
    }
}
