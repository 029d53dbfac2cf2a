using System.Runtime.InteropServices;
using Nin.Data;
using Nin.Training;

namespace Nin.Distributed.Tests;

/// <summary>
/// A rank that trains on a simulated CUDA device: <c>DRIVER MPI FILE</c> are the simulated driver, a library for MPI (or <c>-</c> for the system's), and
/// the file that rank 0 writes its weights into. <c>mpirun</c> starts it from the tests of the driver.
/// </summary>
static unsafe class CudaProgram
{
    /// <summary>Steps of a run; the last has 5 images, none of them for the second rank.</summary>
    public const int Steps = 3;

    static readonly TrainingData Data = new(SyntheticDataset.Create(32 + 5, 1, 11, 9, seed: 1));

    public static int Run(string[] arguments)
    {
        // Whoever asks for libcuda.so.1 from now on is given this one.
        nint driver = NativeLibrary.Load(arguments[0]);
        // MPI writes into device memory without telling the driver, which would take it for memory that nobody wrote.
        ((delegate* unmanaged<int>)NativeLibrary.GetExport(driver, "ninAllowForeignWrites"))();
        using var ranks = Ranks.Initialize(new RanksOptions { Library = arguments[1] == "-" ? null : arguments[1] });
        using var device = Device.Open("cuda:0");
        Train(device, ranks.Count == 1 ? null : ranks, arguments[2]);
        return 0;
    }

    /// <summary>Trains, and writes the weights on rank 0.</summary>
    public static void Train(Device device, RankGroup? ranks, string file)
    {
        using var net = new FewKernelsNet(device, seed: 7);
        Trainer.Fit(net, Data, new TrainerOptions { Epochs = 1, BatchSize = 16, LearningRate = 0.02, Ranks = ranks });
        if (ranks is null or { Rank: 0 }) net.Save(file);
    }
}
