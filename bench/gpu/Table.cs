namespace Nin.Benchmarks.Gpu;

/// <summary>The one table that the program prints, a row as soon as it is measured.</summary>
/// <param name="precision">What products are computed with, in every row.</param>
sealed class Table(string precision)
{
    /// <summary>Prints the head.</summary>
    public static void Begin()
    {
        Console.WriteLine();
        Console.WriteLine("| precision | what | workload | batch | ms, median | rate | beside |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
    }

    public void Row(string what, string workload, int batch, string milliseconds, string rate, string beside) =>
        Console.WriteLine($"| {precision} | {what} | {workload} | {batch} | {milliseconds} | {rate} | {beside} |");
}
