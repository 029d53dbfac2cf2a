using System.Reflection;
using Nin.Ops;

namespace Nin.Kernels.Tests.Ptx;

/// <summary>
/// Every kernel of Nin.Kernels: a static method whose name ends in <c>Kernel</c>, of generic types one for each combination of structs that implement
/// what their parameters must be.
/// </summary>
static class LibraryKernels
{
    const string Suffix = "Kernel";

    public const BindingFlags Static = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    public static IEnumerable<MethodInfo> All() => Types().SelectMany(t => t.GetMethods(Static)).Where(IsKernel);

    public static MethodInfo Find(string type, string method) => Types().Single(t => t.ToString() == type).GetMethod(method, Static)!;

    public static IEnumerable<Type> Types() => typeof(KernelTable).Assembly.GetTypes()
        .Where(t => t.Namespace == typeof(KernelTable).Namespace)
        .SelectMany(t => t.IsGenericTypeDefinition && t.GetMethods(Static).Any(IsKernel) ? Closed(t) : [t]);

    static IEnumerable<Type> Closed(Type definition)
    {
        IEnumerable<Type[]> choices = [[]];
        foreach (var parameter in definition.GetGenericArguments())
        {
            var contract = parameter.GetGenericParameterConstraints().Single(c => c.IsInterface);
            Type[] structs = [.. typeof(KernelTable).Assembly.GetTypes().Where(t => t.IsValueType && t.IsAssignableTo(contract))
                .SelectMany(t => t.IsGenericTypeDefinition ? Closed(t) : [t])];
            choices = choices.SelectMany(chosen => structs.Select(s => (Type[])[.. chosen, s])).ToArray();
        }

        return choices.Select(definition.MakeGenericType);
    }

    static bool IsKernel(MethodInfo method) => method.Name.EndsWith(Suffix, StringComparison.Ordinal);
}
