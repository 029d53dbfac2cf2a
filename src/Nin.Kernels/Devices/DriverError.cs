using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace Nin;

/// <summary>What a driver says went wrong: ILGPU's own messages leave the code out.</summary>
static class DriverError
{
    /// <summary>One line without a full stop.</summary>
    public static string Of(Exception exception)
    {
        string text = (exception.InnerException ?? exception) switch
        {
            CLException cl => $"OpenCL error {cl.Error}",
            CudaException cuda => $"CUDA error {cuda.Error}",
            var cause => cause.Message,
        };
        return text.ReplaceLineEndings(" ").Trim().TrimEnd('.');
    }
}
