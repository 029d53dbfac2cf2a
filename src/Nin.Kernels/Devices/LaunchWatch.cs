using System.Reflection;
using ILGPU;
using ILGPU.Runtime;

namespace Nin;

/// <summary>
/// Is told of each launch of a device's kernels that is queued by itself and not in a graph (<see cref="AcceleratorDevice.Watch"/>): a benchmark that times them one by
/// one. One thread launches meanwhile.
/// </summary>
abstract class LaunchWatch
{
    /// <summary>Called before a launch is queued.</summary>
    public abstract void Before(AcceleratorStream queue);

    /// <summary>Called when it was queued.</summary>
    public abstract void After(AcceleratorStream queue, MethodInfo kernel, in KernelConfig config);

    /// <summary>A kernel's name with the types that it is made of: <c>WorkGroupGemmKernel&lt;WorkGroup128x96, Float4Loader&gt;.Kernel</c>.</summary>
    public static string NameOf(MethodInfo kernel) => $"{Short(kernel.DeclaringType!)}.{kernel.Name}";

    static string Short(Type type) => type.IsGenericType
        ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(Short))}>"
        : type.Name;
}
