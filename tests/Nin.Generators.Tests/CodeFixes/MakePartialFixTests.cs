namespace Nin.Generators.Tests.CodeFixes;

public class MakePartialFixTests
{
    [Theory]
    [InlineData("[Network(1, 8, 8), Conv2d(4, Kernel = 1)] class Net;", "[Network(1, 8, 8), Conv2d(4, Kernel = 1)] partial class Net;")]
    [InlineData(
        "[Network(1, 8, 8)]\n[Conv2d(4, Kernel = 1)]\n/* best */ public sealed class Net\n{\n}",
        "[Network(1, 8, 8)]\n[Conv2d(4, Kernel = 1)]\n/* best */ public sealed partial class Net\n{\n}")]
    [InlineData(
        "[Network(1, 8, 8)]\n[Conv2d(4, Kernel = 1)]\n// best\nclass Net;",
        "[Network(1, 8, 8)]\n[Conv2d(4, Kernel = 1)]\n// best\npartial class Net;")]
    [InlineData(
        "static class Outer { [Network(1, 8, 8), Conv2d(4, Kernel = 1)] partial class Net; }",
        "static partial class Outer { [Network(1, 8, 8), Conv2d(4, Kernel = 1)] partial class Net; }")]
    [InlineData(
        "record struct Outer { [Network(1, 8, 8), Conv2d(4, Kernel = 1)] partial class Net; }",
        "partial record struct Outer { [Network(1, 8, 8), Conv2d(4, Kernel = 1)] partial class Net; }")]
    public void A_class_or_a_type_around_it_becomes_partial(string wrong, string right) =>
        Fixing.Verify("using Nin;\n" + wrong, ("Declare as partial", "using Nin;\n" + right));

    [Theory]
    [InlineData("static partial class Net;")]
    [InlineData("partial class Net<T>;")]
    public void What_has_no_single_answer_is_left_to_the_reader(string declaration) =>
        Fixing.Offers($"using Nin; [Network(1, 8, 8), Conv2d(4, Kernel = 1)] {declaration}").Should().BeEmpty();
}
