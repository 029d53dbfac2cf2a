using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>How an argument is compared: numbers by their bits (-0 is not 0), views by where they are; what is neither is never the same.</summary>
static class KernelArgument<T>
    where T : struct
{
    // All views have the same fields, whatever their elements.
    static readonly int Views =
        default(T) is IViews || (typeof(T).IsGenericType && typeof(T).GetGenericTypeDefinition() == typeof(ArrayView<>))
            ? Unsafe.SizeOf<T>() / Unsafe.SizeOf<ArrayView<byte>>()
            : 0;

    // Bytes between the fields hold whatever was in memory before.
    static readonly (int Start, int Length)[] Fields = RuntimeHelpers.IsReferenceOrContainsReferences<T>() ? [] : ArgumentFields.RunsOf<T>();

    public static bool Same(in T x, in T y)
    {
        if (!RuntimeHelpers.IsReferenceOrContainsReferences<T>()) return SameFields(x, y);
        for (int i = 0; i < Views; i++)
        {
            if (!ViewFields<byte>.Same(ref View(x, i), ref View(y, i))) return false;
        }

        return Views > 0;
    }

    static bool SameFields(in T x, in T y)
    {
        foreach (var (start, length) in Fields)
        {
            if (!ArgumentFields.BytesOf(x).Slice(start, length).SequenceEqual(ArgumentFields.BytesOf(y).Slice(start, length))) return false;
        }

        return true;
    }

    static ref ArrayView<byte> View(in T value, int index) => ref Unsafe.Add(ref Unsafe.As<T, ArrayView<byte>>(ref Unsafe.AsRef(in value)), index);
}

/// <summary>Which bytes of an argument belong to its fields: the runtime alone decides where those lie.</summary>
static class ArgumentFields
{
    /// <summary>Runs of such bytes, found by copying every field of a value whose bits are all set to one where none is.</summary>
    public static (int Start, int Length)[] RunsOf<T>()
        where T : struct
    {
        // Without a compiler at run time reflection may not know all fields, and ILGPU launches nothing.
        if (!RuntimeFeature.IsDynamicCodeSupported) return [(0, Unsafe.SizeOf<T>())];
        T ones = default;
        MemoryMarshal.CreateSpan(ref Unsafe.As<T, byte>(ref ones), Unsafe.SizeOf<T>()).Fill(byte.MaxValue);
        var copied = (T)CopyFields(ones, default(T));
        var bytes = BytesOf(copied);
        var runs = new List<(int Start, int Length)>();
        for (int start = 0, end; start < bytes.Length; start = end)
        {
            end = start + 1;
            if (bytes[start] == 0) continue;
            while (end < bytes.Length && bytes[end] != 0) end++;
            runs.Add((start, end - start));
        }

        return [.. runs];
    }

    /// <summary>A value's bytes.</summary>
    public static ReadOnlySpan<byte> BytesOf<T>(in T value)
        where T : struct =>
        MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<T, byte>(ref Unsafe.AsRef(in value)), Unsafe.SizeOf<T>());

    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "Not called where a program is trimmed by Native AOT.")]
    static object CopyFields(object from, object to)
    {
        if (IsWhole(to.GetType())) return from;
        foreach (var field in to.GetType().GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
            field.SetValue(to, CopyFields(field.GetValue(from)!, field.GetValue(to)!));
        return to;
    }

    // Arrays inside a struct declare their first element alone.
    static bool IsWhole(Type type) => type.IsPrimitive || type.IsEnum || type.IsDefined(typeof(InlineArrayAttribute)) || type.IsDefined(typeof(UnsafeValueTypeAttribute));
}

/// <summary>What a view is, which ILGPU does not show.</summary>
static class ViewFields<TElement>
    where TElement : unmanaged
{
    public static bool Same(ref ArrayView<TElement> x, ref ArrayView<TElement> y) =>
        x.Length == y.Length && Index(ref x) == Index(ref y) && Buffer(ref x) == Buffer(ref y);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Buffer")]
    static extern MemoryBuffer? Buffer(ref ArrayView<TElement> view);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Index")]
    static extern long Index(ref ArrayView<TElement> view);
}

/// <summary>A kernel's argument of views and nothing else, which are compared one by one.</summary>
interface IViews;
