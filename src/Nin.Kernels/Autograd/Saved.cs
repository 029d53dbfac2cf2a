using System.ComponentModel;

namespace Nin;

/// <summary>What a step's forward pass leaves for its gradient beside input and output; none where it leaves nothing.</summary>
/// <param name="PerExample">The part that grows with the batch.</param>
/// <param name="Fixed">The part that does not.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly record struct Saved(DeviceView PerExample, DeviceView Fixed);
