namespace Nin;

/// <summary>
/// Takes the layers of another network in place of this attribute, for the input that it has here. The declaration is copied, the
/// weights are not; layers without a name of their own are numbered anew.
/// </summary>
/// <typeparam name="T">The network that is copied from, of this assembly or another.</typeparam>
/// <example>
/// <code>
/// [Network(1, 96, 96, Classes = 10)]
/// [LayersOf&lt;BookNin&gt;]
/// public sealed partial class Book96;
/// </code>
/// </example>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class LayersOfAttribute<T> : Attribute
    where T : class
{
    /// <summary>The earlier layer that the first of them reads. Default: the layer before, or the network's input.</summary>
    public string? From { get; set; }
}
