namespace Nin.Generators.Tests.CodeFixes;

public class SetArgumentFixTests
{
    [Fact]
    public void A_window_gets_the_padding_or_the_kernel_that_fits() => Fixing.Verify(
        Net("Network(96, 26, 26), NinBlock(8, Kernel = 31, Padding = 0)"),
        ("Use Padding = 3", Net("Network(96, 26, 26), NinBlock(8, Kernel = 31, Padding = 3)")),
        ("Use Kernel = 26", Net("Network(96, 26, 26), NinBlock(8, Kernel = 26, Padding = 0)")));

    [Fact]
    public void An_argument_that_is_not_there_is_added_after_the_others() => Fixing.Verify(
        Net("Network(96, 26, 26), Conv2d(8, Kernel = 31 /* wide */)"),
        ("Use Padding = 3", Net("Network(96, 26, 26), Conv2d(8, Kernel = 31 /* wide */, Padding = 3)")),
        ("Use Kernel = 26", Net("Network(96, 26, 26), Conv2d(8, Kernel = 26 /* wide */)")));

    [Fact]
    public void A_kernel_in_its_place_is_changed_there() => Fixing.Verify(
        Net("Network(1, 6, 6), MaxPool2d(7)"),
        ("Use Padding = 1", Net("Network(1, 6, 6), MaxPool2d(7, Padding = 1)")),
        ("Use kernel = 6", Net("Network(1, 6, 6), MaxPool2d(6)")));

    [Fact]
    public void A_kernel_by_its_parameters_name_keeps_the_name() => Fixing.Verify(
        Net("Network(1, 3, 3), MaxPool2d(kernel: 8)"),
        ("Use Padding = 3", Net("Network(1, 3, 3), MaxPool2d(kernel: 8, Padding = 3)")),
        ("Use kernel = 3", Net("Network(1, 3, 3), MaxPool2d(kernel: 3)")));

    [Fact]
    public void Classes_become_what_the_layers_give() => Fixing.Verify(
        Net("Network(1, 8, 8, Classes = 12, Init = Init.He), Pointwise(10), GlobalAvgPool2d, Flatten"),
        ("Use Classes = 10", Net("Network(1, 8, 8, Classes = 10, Init = Init.He), Pointwise(10), GlobalAvgPool2d, Flatten")));

    [Fact]
    public void Classes_do_not_become_the_pixels_where_a_pooling_was_forgotten() =>
        Fixing.Offers(Net("Network(1, 8, 8, Classes = 10), Pointwise(10), Flatten")).Should().BeEmpty();

    [Fact]
    public void Classes_that_no_row_of_features_gives_have_no_single_answer() =>
        Fixing.Offers(Net("Network(1, 8, 8, Classes = 12), Pointwise(12)")).Should().BeEmpty();

    [Fact]
    public void The_last_ReLU_is_left_out_or_asked_for() => Fixing.Verify(
        Net("Network(1, 8, 8, Classes = 10), NinBlock(10), GlobalAvgPool2d, Flatten"),
        ("Use LastRelu = false", Net("Network(1, 8, 8, Classes = 10), NinBlock(10, LastRelu = false), GlobalAvgPool2d, Flatten")),
        ("Use LastRelu = true", Net("Network(1, 8, 8, Classes = 10), NinBlock(10, LastRelu = true), GlobalAvgPool2d, Flatten")));

    [Fact]
    public void What_a_copied_layer_says_cannot_be_changed_where_it_is_copied_to() => Fixing.Offers(
        "using Nin; [Network(1, 4, 4), LayersOf<Net>] partial class Small; [Network(1, 8, 8), Conv2d(4, Kernel = 7)] partial class Net;")
        .Should().BeEmpty();

    static string Net(string attributes) => $"using Nin;\n[{attributes}]\npartial class Net;\n";
}
