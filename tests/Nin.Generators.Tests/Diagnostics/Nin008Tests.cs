using Nin.Generators.Tests.Harness;

namespace Nin.Generators.Tests.Diagnostics;

public class Nin008Tests
{
    [Fact]
    public void Add_over_unequal_shapes_is_reported_on_the_input_that_differs() => Marked.Verify(
        """
        using Nin;
        [Network(1, 8, 8)]
        [Conv2d(4, Kernel = 1)]
        [Conv2d(6, Kernel = 1)]
        [Conv2d(4, Kernel = 1, Stride = 7)]
        [Add("Conv1", {|NIN008:"Conv2"|}, "Conv1", {|NIN008:"Conv3"|})]
        partial class Net;
        """,
        "Add1 (layer 4): Conv1 (layer 1) gives 4x8x8 and Conv2 (layer 2) gives 6x8x8, but Add needs equal shapes; make the latter give 4x8x8, or use [Concat]",
        "Add1 (layer 4): Conv1 (layer 1) gives 4x8x8 and Conv3 (layer 3) gives 4x2x2, but Add needs equal shapes; make the latter give 4x8x8");

    [Fact]
    public void Concat_over_unequal_pixels_is_reported() => Marked.Verify(
        """
        using Nin;
        [Network(1, 8, 8)]
        [Conv2d(4, Kernel = 1)]
        [Conv2d(4, Kernel = 1, Stride = 7)]
        [Concat("Conv1", {|NIN008:"Conv2"|})]
        partial class Net;
        """,
        "Concat1 (layer 3): Conv1 (layer 1) gives 4x8x8 and Conv2 (layer 2) gives 4x2x2, but Concat needs equal height and width; make the latter give 8x8 pixels");

    [Fact]
    public void Flat_and_spatial_inputs_do_not_fit() => Marked.Verify(
        """using Nin; [Network(1, 1, 1), Relu, Flatten, Concat("Flatten1", {|NIN008:"Relu1"|})] partial class Net;""",
        "Concat1 (layer 3): Flatten1 (layer 2) gives 1 feature and Relu1 (layer 1) gives 1x1x1, but Concat needs equal height and width; make the latter give features");

    [Fact]
    public void A_product_is_told_which_input_fits_neither_as_a_whole_nor_as_a_gate() => Marked.Verify(
        """
        using Nin;
        [Network(4, 8, 8), Conv2d(4, Kernel = 1), GlobalAvgPool2d, Multiply("GlobalPool1", "Conv1")]
        [Conv2d(3, Kernel = 1, From = "GlobalPool1"), Multiply({|NIN008:"Conv2"|}, "Conv1", "GlobalPool1")]
        partial class Net;
        """,
        "Multiply2 (layer 5): Conv1 (layer 1) gives 4x8x8 and Conv2 (layer 4) gives 3x1x1, but Multiply needs equal shapes, or one pixel of as many channels; make the latter give 4x8x8 or 4x1x1");
}
