using System.Reflection;
using ILGPU;
using ILGPU.Runtime;

namespace Nin;

/// <summary>Is told of each launch of a kernel that is queued by itself, as a benchmark is that times them one by one.</summary>
abstract class LaunchWatch
{
    /// <summary>The one that is told; null for none. It is set where nothing launches.</summary>
    public static LaunchWatch? Current { get; set; }

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
