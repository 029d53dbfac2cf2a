using Nin.Generators.Tests.Harness;

namespace Nin.Generators.Tests.Diagnostics;

public class Nin007Tests
{
    [Theory]
    [InlineData(12, 8, 3, "1, 2, 4")]
    [InlineData(9, 12, 4, "1, 3")]
    public void Groups_that_divide_not_both_channel_counts_are_told_what_does(int channels, int filters, int groups, string fitting) => Marked.Verify(
        $"using Nin; [Network({channels}, 8, 8), Conv2d({filters}, Kernel = 1, {{|NIN007:Groups = {groups}|}})] partial class Net;",
        $"Conv1 (layer 1): {groups} groups do not divide the {channels} channels of {channels}x8x8 and the {filters} filters; use Groups = {fitting}");

    [Fact]
    public void A_depthwise_convolution_is_allowed() =>
        Marked.Verify("using Nin; [Network(6, 8, 8), Conv2d(12, Kernel = 1, Groups = 6)] partial class Net;");
}
