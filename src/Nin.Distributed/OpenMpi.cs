using System.Runtime.InteropServices;
using System.Text;

namespace Nin.Distributed;

/// <summary>
/// The functions of Open MPI that ranks are built on (MPI-4's C interface; Open MPI's handles are pointers to objects that its library exports). All calls
/// are made by the one thread that initialised it.
/// </summary>
sealed unsafe class OpenMpi
{
    // Of Open MPI 4 and 5.
    static readonly string[] Names = ["libmpi.so.40", "libmpi.40.dylib", "libmpi.so"];

    const int Funneled = 1;

    readonly nint library, world, bytes;
    readonly delegate* unmanaged<int*, int> initialized, finalized;
    readonly delegate* unmanaged<int*, byte***, int, int*, int> initThread;
    readonly delegate* unmanaged<int> finalize;
    readonly delegate* unmanaged<nint, int*, int> rank, size;
    readonly delegate* unmanaged<void*, int, nint, int, int, nint, nint*, int> isend, irecv;
    readonly delegate* unmanaged<nint*, int*, void*, int> test;
    readonly delegate* unmanaged<nint, int, int> abort;
    readonly delegate* unmanaged<byte*, int*, int> libraryVersion;
    readonly delegate* unmanaged<int> queryCudaSupport;

    /// <summary>Finds the library.</summary>
    /// <param name="file">Its path; null for the one that the system finds.</param>
    /// <exception cref="DllNotFoundException">It is not installed: the message says how to.</exception>
    /// <exception cref="NotSupportedException">What is installed is another implementation of MPI.</exception>
    public OpenMpi(string? file = null)
    {
        foreach (string name in file is null ? Names : [file])
        {
            if (NativeLibrary.TryLoad(name, out library)) break;
        }

        if (library == 0)
            throw new DllNotFoundException(
                "Open MPI is not installed (libmpi.so.40 was not found): install the package openmpi-bin (Debian, Ubuntu) or openmpi (Fedora, Homebrew) on every machine of the run.");
        libraryVersion = (delegate* unmanaged<byte*, int*, int>)Function("MPI_Get_library_version");
        if (!NativeLibrary.TryGetExport(library, "ompi_mpi_comm_world", out world) || !NativeLibrary.TryGetExport(library, "ompi_mpi_byte", out bytes))
            throw new NotSupportedException($"The MPI that was found is {Version}, not Open MPI: install openmpi-bin, or put its libmpi.so.40 first on the library path.");
        initialized = (delegate* unmanaged<int*, int>)Function("MPI_Initialized");
        finalized = (delegate* unmanaged<int*, int>)Function("MPI_Finalized");
        initThread = (delegate* unmanaged<int*, byte***, int, int*, int>)Function("MPI_Init_thread");
        finalize = (delegate* unmanaged<int>)Function("MPI_Finalize");
        rank = (delegate* unmanaged<nint, int*, int>)Function("MPI_Comm_rank");
        size = (delegate* unmanaged<nint, int*, int>)Function("MPI_Comm_size");
        isend = (delegate* unmanaged<void*, int, nint, int, int, nint, nint*, int>)Function("MPI_Isend");
        irecv = (delegate* unmanaged<void*, int, nint, int, int, nint, nint*, int>)Function("MPI_Irecv");
        test = (delegate* unmanaged<nint*, int*, void*, int>)Function("MPI_Test");
        abort = (delegate* unmanaged<nint, int, int>)Function("MPI_Abort");
        // An extension, which a library may have been built without.
        if (NativeLibrary.TryGetExport(library, "MPIX_Query_cuda_support", out nint query)) queryCudaSupport = (delegate* unmanaged<int>)query;
    }

    /// <summary>Whether it sends from a CUDA device's memory and receives into it, as it says itself (built for it, and not switched off); after <see cref="Initialize"/>.</summary>
    public bool IsCudaAware => queryCudaSupport != null && queryCudaSupport() == 1;

    /// <summary>The first line of the library's own version text.</summary>
    public string Version
    {
        get
        {
            // MPI_MAX_LIBRARY_VERSION_STRING of Open MPI is 256.
            byte* text = stackalloc byte[1024];
            int length = 0;
            libraryVersion(text, &length);
            return Encoding.UTF8.GetString(text, length).TrimEnd('\0').Split(',', '\n')[0];
        }
    }

    /// <summary>This process, after <see cref="Initialize"/>.</summary>
    public int Rank { get; private set; }

    /// <summary>Processes.</summary>
    public int Size { get; private set; }

    /// <summary>Joins the job that <c>mpirun</c> started; without one this process is alone.</summary>
    /// <exception cref="InvalidOperationException">MPI was initialised in this process before.</exception>
    public void Initialize()
    {
        int before = 0, after = 0, given = 0, value = 0;
        Check(initialized(&before), "MPI_Initialized");
        Check(finalized(&after), "MPI_Finalized");
        if (before != 0)
            throw new InvalidOperationException(
                after != 0 ? "MPI was finalised in this process, and cannot be initialised again: keep one Ranks for the whole program." : "MPI is initialised in this process already: keep one Ranks.");
        Check(initThread(null, null, Funneled, &given), "MPI_Init_thread");
        Check(rank(world, &value), "MPI_Comm_rank");
        Rank = value;
        Check(size(world, &value), "MPI_Comm_size");
        Size = value;
    }

    /// <summary>Begins to send; the memory must not change before <see cref="IsDone"/>.</summary>
    public nint Send(void* data, int length, int to, int tag)
    {
        nint request = 0;
        Check(isend(data, length, bytes, to, tag, world, &request), "MPI_Isend");
        return request;
    }

    /// <summary>Begins to receive.</summary>
    public nint Receive(void* data, int length, int from, int tag)
    {
        nint request = 0;
        Check(irecv(data, length, bytes, from, tag, world, &request), "MPI_Irecv");
        return request;
    }

    /// <summary>Whether a transfer is over; it lets all others progress.</summary>
    public bool IsDone(ref nint request)
    {
        int done = 0;
        // MPI_STATUS_IGNORE is null.
        fixed (nint* at = &request) Check(test(at, &done, null), "MPI_Test");
        return done != 0;
    }

    /// <summary>Leaves the job, when all others do.</summary>
    public void Complete() => finalize();

    /// <summary>Ends all processes of the job, this one too.</summary>
    public void Abort(int exitCode) => abort(world, exitCode);

    nint Function(string name) => NativeLibrary.TryGetExport(library, name, out nint address)
        ? address
        : throw new NotSupportedException($"The library libmpi that was found has no {name}: install Open MPI 4 or newer.");

    // By default Open MPI ends the job where a call fails; this is for settings where it returns.
    static void Check(int code, string call)
    {
        if (code != 0) throw new IOException($"{call} failed with code {code}.");
    }
}
