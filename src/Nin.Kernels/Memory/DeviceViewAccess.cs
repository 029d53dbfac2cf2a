using ILGPU;

namespace Nin;

/// <summary>How a variant gets at a view's memory: a pointer on the CPU, an array view on an accelerator.</summary>
static unsafe class DeviceViewAccess
{
    extension(DeviceView view)
    {
        /// <summary>The first element, or null for none.</summary>
        public float* Pointer => view.IsNone ? null : ((CpuBuffer)view.Buffer).Pointer + view.Offset;

        /// <summary>The first element as 32-bit integers.</summary>
        public int* Integers => (int*)view.Pointer;

        /// <summary>The first element as bytes.</summary>
        public byte* Bytes => (byte*)view.Pointer;

        /// <summary>The range on an accelerator; an empty view for none.</summary>
        public ArrayView<float> Array =>
            view.IsNone ? ArrayView<float>.Empty : ((AcceleratorBuffer)view.Buffer).Whole.SubView(view.Offset, view.Length);

        /// <summary>The range on an accelerator as 32-bit integers.</summary>
        public ArrayView<int> IntegerArray => view.Array.Cast<int>();

        /// <summary>The range on an accelerator as bytes.</summary>
        public ArrayView<byte> ByteArray => view.Array.Cast<byte>();
    }
}
