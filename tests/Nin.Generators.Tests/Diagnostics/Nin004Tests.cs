using Nin.Generators.Tests.Harness;

namespace Nin.Generators.Tests.Diagnostics;

public class Nin004Tests
{
    [Theory]
    [InlineData("Network({|NIN004:0|}, 8, 8), Conv2d(2, Kernel = 1)", "Net: channels = 0 is out of range; use 1 or more")]
    [InlineData("Network(1, {|NIN004:height: -1|}, width: 8), Conv2d(2, Kernel = 1)", "Net: height = -1 is out of range; use 1 or more")]
    [InlineData("Network(1, 8, 8, {|NIN004:Classes = 0|}), Conv2d(2, Kernel = 1)", "Net: Classes = 0 is out of range; use 1 or more")]
    [InlineData("Network(1, 8, 8, {|NIN004:Init = (Init)7|}), Conv2d(2, Kernel = 1)", "Net: Init = 7 is out of range; use Init.He or Init.Xavier")]
    [InlineData("Network(1, 8, 8), Conv2d({|NIN004:0|}, Kernel = 1)", "Conv1 (layer 1): filters = 0 is out of range; use 1 or more")]
    [InlineData("Network(1, 8, 8), Relu, Conv2d(2, {|NIN004:Kernel = 0|})", "Conv1 (layer 2): Kernel = 0 is out of range; use 1 or more")]
    [InlineData("Network(1, 8, 8), Conv2d(2, Kernel = 1, {|NIN004:Stride = 0|})", "Conv1 (layer 1): Stride = 0 is out of range; use 1 or more")]
    [InlineData("Network(1, 8, 8), Conv2d(2, Kernel = 1, {|NIN004:Padding = -1|})", "Conv1 (layer 1): Padding = -1 is out of range; use 0 or more")]
    [InlineData("Network(1, 8, 8), Conv2d(2, Kernel = 1, {|NIN004:Dilation = 0|})", "Conv1 (layer 1): Dilation = 0 is out of range; use 1 or more")]
    [InlineData("Network(1, 8, 8), Conv2d(2, Kernel = 1, {|NIN004:Groups = 0|})", "Conv1 (layer 1): Groups = 0 is out of range; use 1 or more")]
    [InlineData("Network(1, 8, 8), Pointwise({|NIN004:-4|})", "Pointwise1 (layer 1): filters = -4 is out of range; use 1 or more")]
    [InlineData("Network(1, 8, 8), NinBlock(4, {|NIN004:Pointwise = 101|})", "Block1 (layer 1): Pointwise = 101 is out of range; use 0 to 100")]
    [InlineData("Network(1, 8, 8), NinBlock(4, 3, {|NIN004:0|})", "Block1 (layer 1): pointwiseFilters[1] = 0 is out of range; use 1 or more")]
    [InlineData("Network(1, 8, 8), NinBlock(4, new[] { 3, {|NIN004:0|} })", "Block1 (layer 1): pointwiseFilters[1] = 0 is out of range; use 1 or more")]
    [InlineData("Network(1, 8, 8), MaxPool2d({|NIN004:0|})", "Pool1 (layer 1): kernel = 0 is out of range; use 1 or more")]
    [InlineData("Network(1, 8, 8), AvgPool2d(2, {|NIN004:Stride = 0|})", "Pool1 (layer 1): Stride = 0 is out of range; use 1 or more")]
    [InlineData("Network(1, 8, 8), Dropout({|NIN004:1.5|})", "Dropout1 (layer 1): probability = 1.5 is out of range; use 0 to 1")]
    [InlineData("Network(1, 8, 8), Dropout({|NIN004:double.NaN|})", "Dropout1 (layer 1): probability = NaN is out of range; use 0 to 1")]
    [InlineData("Network(1, 8, 8), LeakyRelu({|NIN004:-0.1|})", "LeakyRelu1 (layer 1): negativeSlope = -0.1 is out of range; use 0 or more")]
    [InlineData("Network(1, 8, 8), BatchNorm2d({|NIN004:Epsilon = 0|})", "Norm1 (layer 1): Epsilon = 0 is out of range; use a number above 0")]
    [InlineData("Network(1, 8, 8), BatchNorm2d({|NIN004:Momentum = 2|})", "Norm1 (layer 1): Momentum = 2 is out of range; use 0 to 1")]
    [InlineData("Network(1, 8, 8), ConvTranspose2d(2, Kernel = 3, Stride = 2, {|NIN004:OutputPadding = 2|})", "Up1 (layer 1): OutputPadding = 2 is out of range; use 0 to 1")]
    [InlineData("Network(1, 8, 8), ConvTranspose2d(2, Kernel = 3, {|NIN004:OutputPaddingWidth = 1|})", "Up1 (layer 1): OutputPaddingWidth = 1 is out of range; use 0")]
    [InlineData("Network(1, 2, 3), ConvTranspose2d(2, Kernel = 3, {|NIN004:Padding = 2|})", "Up1 (layer 1): the padding leaves 0x1 pixels of 1x2x3 enlarged; use less padding or a larger kernel")]
    [InlineData("Network(1, 8, 8), Flatten, Linear({|NIN004:0|})", "Linear1 (layer 2): features = 0 is out of range; use 1 or more")]
    [InlineData("Network(1, 8, 8), HardTanh(0.5, {|NIN004:0.25|})", "HardTanh1 (layer 1): max = 0.25 is out of range; use a finite number above 0.5, the lowest value")]
    [InlineData("Network(1, 8, 8), {|NIN004:HardTanh|}(2)", "HardTanh1 (layer 1): max = 1 is out of range; use a finite number above 2, the lowest value")]
    [InlineData("Network(1, 8, 8), Conv2d(2, Kernel = 1), Budget({|NIN004:MaxMacs = 0|})", "Net: MaxMacs = 0 is out of range; use 1 or more")]
    public void Each_argument_out_of_its_range_is_told_what_it_may_be(string attributes, string message) =>
        Marked.Verify($"using Nin; [{attributes}] partial class Net;", message);

    [Theory]
    [InlineData("{|NIN004:Conv2d|}(64)")]
    [InlineData("{|NIN004:Conv2d|}(64, Stride = 2, Padding = 1)")]
    public void A_convolution_must_say_its_kernel(string layer) => Marked.Verify(
        $"using Nin; [Network(1, 8, 8), {layer}] partial class Net;",
        "Conv1 (layer 1): Kernel is not given; use Kernel = 3, say, or [Pointwise(64)] for a 1x1 convolution");

    [Theory]
    [InlineData("Conv2d(2, Kernel = 3, {|NIN004:KernelHeight = 1|})", "Conv1", "KernelHeight and Kernel exclude each other; leave one out")]
    [InlineData("Conv2d(2, Kernel = 3, Dilation = 2, {|NIN004:DilationWidth = 1|})", "Conv1", "DilationWidth and Dilation exclude each other; leave one out")]
    [InlineData("Conv2d(2, {|NIN004:KernelWidth = 3|})", "Conv1", "KernelWidth is given without KernelHeight; give both")]
    [InlineData("Conv2d(2, Kernel = 3, Stride = 5, {|NIN004:StrideWidth = 1|})", "Conv1", "StrideWidth and Stride exclude each other; leave one out")]
    [InlineData("NinBlock(2, Kernel = 3, Padding = 1, {|NIN004:PaddingTop = 1|})", "Block1", "PaddingTop and Padding exclude each other; leave one out")]
    [InlineData("Conv2d(2, Kernel = 3, {|NIN004:Padding = 1|}, Same = true)", "Conv1", "Padding and Same exclude each other; leave one out")]
    [InlineData("ConvTranspose2d(2, Kernel = 3, Stride = 2, Same = true, {|NIN004:OutputPadding = 1|})", "Up1", "OutputPadding and Same exclude each other; leave one out")]
    [InlineData("{|NIN004:ConvTranspose2d|}(2)", "Up1", "Kernel is not given; use Kernel = 2 and Stride = 2, say, to double height and width")]
    [InlineData("MaxPool2d(3, {|NIN004:PaddingRight = 1|}, Same = true)", "Pool1", "PaddingRight and Same exclude each other; leave one out")]
    [InlineData("MaxPool2d(2, {|NIN004:KernelWidth = 3|})", "Pool1", "KernelWidth and kernel exclude each other; leave one out")]
    [InlineData("Conv2d(2, Kernel = 3, {|NIN004:PaddingLeft = -1|})", "Conv1", "PaddingLeft = -1 is out of range; use 0 or more")]
    [InlineData("AvgPool2d({|NIN004:KernelHeight = 0|}, KernelWidth = 2)", "Pool1", "KernelHeight = 0 is out of range; use 1 or more")]
    [InlineData("{|NIN004:MaxPool2d|}", "Pool1", "kernel is not given; use a kernel of 2, say, or KernelHeight and KernelWidth")]
    public void Two_ways_to_say_a_windows_size_exclude_each_other(string layer, string name, string message) =>
        Marked.Verify($"using Nin; [Network(1, 8, 8), {layer}] partial class Net;", $"{name} (layer 1): {message}");

    [Theory]
    [InlineData("{|NIN004:Activation<Plain>|}", "Plain is not an activation; name a struct that implements Nin.ISavesOutput or Nin.ISavesInput")]
    [InlineData("{|NIN004:Activation<Hidden>|}", "Hidden is not public, and devices compile only public types; make it public, with the types around it")]
    [InlineData("{|NIN004:Activation<Tanh>|}(1.5)", "Tanh has no public constructor of 1 float; give as many numbers as it takes")]
    [InlineData("{|NIN004:Activation<LeakyRelu>|}(1, 2)", "LeakyRelu has no public constructor of 2 floats; give as many numbers as it takes")]
    [InlineData("Activation<LeakyRelu>({|NIN004:double.NaN|})", "arguments[0] = NaN is out of range; use a finite number")]
    public void An_activation_is_a_public_struct_with_the_numbers_that_its_constructor_takes(string layer, string message) => Marked.Verify(
        $$"""
        using Nin;
        [Network(1, 8, 8), {{layer}}] partial class Net;
        public struct Plain;
        struct Hidden : ISavesOutput { public static string Name => ""; public T Value<T>(T x) where T : struct, IReal<T> => x; public T Gradient<T>(T y, T dy) where T : struct, IReal<T> => dy; }
        """,
        $"Activation1 (layer 1): {message}");

    [Fact]
    public void A_maximum_over_more_taps_than_can_be_counted_is_reported() => Marked.Verify(
        "using Nin; [Network(1, 4096, 4096), {|NIN004:GlobalMaxPool2d|}] partial class Net;",
        "GlobalPool1 (layer 1): a window over 1x4096x4096 has 16,777,216 taps in the image, and max pooling counts 8,388,608; use a smaller window or input");

    [Fact]
    public void Widths_one_by_one_and_a_count_of_them_exclude_each_other() => Marked.Verify(
        "using Nin; [Network(1, 8, 8), NinBlock(96, 64, 48, {|NIN004:Pointwise = 2|})] partial class Net;",
        "Block1 (layer 1): Pointwise = 2 and 3 widths exclude each other; leave Pointwise out, or give one width");

    [Fact]
    public void Inputs_in_place_and_From_exclude_each_other() => Marked.Verify(
        """using Nin; [Network(1, 8, 8), Relu, Relu, Add("Relu1", "Relu2", {|NIN004:From = "Relu1"|})] partial class Net;""",
        "Add1 (layer 3): From and positional inputs exclude each other; leave From out");

    [Theory]
    [InlineData("Network({|NIN004:65536|}, 65536, 1), Relu", "Net: the input 65536x65536x1 has more than 2,147,483,647 elements, which no tensor can hold; make it smaller")]
    [InlineData("Network(1, 65536, 1), NinBlock(2, {|NIN004:65536|}, 3)", "Block1 (layer 1): the output 65536x65536x1 of 1x65536x1 has more than 2,147,483,647 elements, which no tensor can hold; make it smaller")]
    [InlineData("Network(1, 32768, 32768), Relu, {|NIN004:Concat|}(\"Relu1\", \"Relu1\")", "Concat1 (layer 2): the output 2x32768x32768 of 1x32768x32768 has more than 2,147,483,647 elements, which no tensor can hold; make it smaller")]
    [InlineData("Network(65536, 1, 1), Conv2d({|NIN004:65536|}, Kernel = 1)", "Conv1 (layer 1): weights 65536x65536x1x1 over 65536x1x1 have more than 2,147,483,647 elements, which no tensor can hold; make them fewer")]
    public void Counts_that_no_tensor_holds_are_reported_instead_of_wrapping(string attributes, string message) =>
        Marked.Verify($"using Nin; [{attributes}] partial class Net;", message);

    [Fact]
    public void A_circle_of_copies_is_reported_on_each_of_its_networks() => Marked.Verify(
        """
        using Nin;
        [Network(1, 8, 8), Relu, {|NIN004:LayersOf<Other>|}] partial class Net;
        [Network(1, 8, 8), Relu, {|NIN004:LayersOf<Net>|}] partial class Other;
        [Network(1, 8, 8), {|NIN004:LayersOf<Self>|}, LayersOf<Fine>] partial class Self;
        [Network(1, 8, 8), Relu] partial class Fine;
        """,
        "LayersOf<Other>: Other takes its layers from Net again; name a network that does not",
        "LayersOf<Net>: Net takes its layers from Other again; name a network that does not",
        "LayersOf<Self>: Self takes its layers from Self again; name a network that does not");

    [Fact]
    public void A_chain_of_copies_of_copies_ends()
    {
        string Copies(string name, string of) => $"[Network(1, 8, 8), {string.Join(", ", Enumerable.Repeat($"LayersOf<{of}>", 100))}] partial class {name};";
        Marked.VerifyDeclaration(
            $"using Nin; [Network(1, 8, 8), Relu] partial class A; {Copies("B", "A")} [Network(1, 8, 8), {string.Join(", ", Enumerable.Repeat("LayersOf<B>", 9))}, {{|NIN004:LayersOf<B>|}}, LayersOf<B>, Relu] partial class Net;",
            "LayersOf<B>: Net has more than 2000 layers with those of B; use fewer");
    }
}
