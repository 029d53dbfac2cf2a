using Nin.Generators.Tests.Harness;

namespace Nin.Generators.Tests.Diagnostics;

public class Nin014Tests
{
    [Fact]
    public void A_layer_that_nothing_uses_is_reported() => Marked.Verify(
        """
        using Nin;
        [Network(1, 8, 8)]
        [Conv2d(4, Kernel = 1)]
        [{|NIN014:Conv2d|}(6, Kernel = 1)]
        [Relu(From = "Conv1")]
        partial class Net;
        """,
        "Conv2 (layer 2): nothing uses its output 6x8x8; name Conv2 in a From, an Add or a Concat, or remove it");

    [Fact]
    public void A_pragma_suppresses_the_warning() => Marked.Verify("""
        using Nin;
        [Network(1, 8, 8)]
        [Conv2d(4, Kernel = 1)]
        #pragma warning disable NIN014
        [Conv2d(6, Kernel = 1)]
        #pragma warning restore NIN014
        [Relu(From = "Conv1")]
        partial class Net;
        """);
}
