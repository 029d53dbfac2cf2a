using Nin.Generators.Tests.Harness;

namespace Nin.Generators.Tests.Diagnostics;

public class Nin013Tests
{
    [Fact]
    public void A_network_over_its_budget_is_told_by_how_much_and_where() => Marked.Verify(
        """
        using Nin;
        [Network(3, 32, 32)]
        [NinBlock(192, Kernel = 5, Padding = 2)]
        [Conv2d(10, Kernel = 1)]
        [Budget({|NIN013:MaxParameters = 80_000|}, {|NIN013:MaxMacs = 90_000_000|})]
        partial class Net;
        """,
        "Net: 90,634 parameters are over MaxParameters = 80,000; save 10,634, first in Block1 (layer 1), which has 88,704 from 3x32x32 to 192x32x32",
        "Net: 92,209,152 multiply-adds are over MaxMacs = 90,000,000; save 2,209,152, first in Block1 (layer 1), which has 90,243,072 from 3x32x32 to 192x32x32");

    [Fact]
    public void A_budget_that_is_met_exactly_is_met() =>
        Marked.Verify("using Nin; [Network(1, 8, 8), Conv2d(3, Kernel = 1), Budget(MaxParameters = 6, MaxMacs = 192)] partial class Net;");
}
