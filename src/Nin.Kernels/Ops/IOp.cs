namespace Nin.Ops;

/// <summary>
/// An op in one direction. Each has a portable variant (ILGPU kernels, any accelerator) and a vectorised one (managed code, the CPU),
/// both listed in <see cref="KernelTable"/>.
/// </summary>
interface IOp;
