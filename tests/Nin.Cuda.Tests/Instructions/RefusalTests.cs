using Nin.PtxSimulator;
using Nin.PtxSimulator.Parsing;

namespace Nin.Cuda.Tests.Instructions;

/// <summary>What is not simulated is refused by its name when the text is loaded, however much it resembles what is.</summary>
public sealed class RefusalTests
{
    [Theory]
    [InlineData("popc.b32 %d, %d;")]
    [InlineData("add.f16 %h0, %h1, %h2;")]
    [InlineData("min.f16 %h0, %h1, %h2;")]
    [InlineData("min.s16 %h0, %h1, %h2;")]
    [InlineData("max.u16 %h0, %h1, %h2;")]
    [InlineData("add.s16 %h0, %h1, %h2;")]
    [InlineData("sub.u16 %h0, %h1, %h2;")]
    [InlineData("mul.lo.s16 %h0, %h1, %h2;")]
    [InlineData("mul.hi.s16 %h0, %h1, %h2;")]
    [InlineData("mul.wide.s16 %d, %h1, %h2;")]
    [InlineData("mul.wide.u16 %d, %h1, %h2;")]
    [InlineData("shr.s16 %h0, %h1, 2;")]
    [InlineData("neg.s16 %h0, %h1;")]
    [InlineData("mad.wide.u32 %x1, %d, %d, %x2;")]
    [InlineData("mad.hi.s32 %d, %d, %d, %d;")]
    [InlineData("add.cc.u32 %d, %d, %d;")]
    [InlineData("addc.u32 %d, %d, %d;")]
    [InlineData("add.sat.s32 %d, %d, %d;")]
    [InlineData("add.ftz.f32 %f0, %f1, %f2;")]
    [InlineData("add.sat.f32 %f0, %f1, %f2;")]
    [InlineData("sub.rz.f32 %f0, %f1, %f2;")]
    [InlineData("mul.rm.f32 %f0, %f1, %f2;")]
    [InlineData("fma.rp.f32 %f0, %f1, %f2, %f3;")]
    [InlineData("fma.rn.ftz.f32 %f0, %f1, %f2, %f3;")]
    [InlineData("add.rz.f64 %x0, %x1, %x2;")]
    [InlineData("min.NaN.f32 %f0, %f1, %f2;")]
    [InlineData("max.ftz.f32 %f0, %f1, %f2;")]
    [InlineData("abs.ftz.f32 %f0, %f1;")]
    [InlineData("div.approx.f32 %f0, %f1, %f2;")]
    [InlineData("div.full.f32 %f0, %f1, %f2;")]
    [InlineData("rcp.rn.f64 %x0, %x1;")]
    [InlineData("sqrt.rn.ftz.f32 %f0, %f1;")]
    [InlineData("cvt.sat.f32.f32 %f0, %f1;")]
    [InlineData("cvt.sat.u32.s32 %d, %d;")]
    [InlineData("cvt.sat.s64.s32 %x0, %d;")]
    [InlineData("cvt.sat.u8.s32 %h0, %d;")]
    [InlineData("cvt.rn.ftz.f32.s32 %f0, %d;")]
    [InlineData("cvt.rz.f32.s32 %f0, %d;")]
    [InlineData("cvta.to.shared.u64 %x0, %x1;")]
    [InlineData("setp.lt.ftz.f32 %p0, %f0, %f1;")]
    [InlineData("setp.lo.s32 %p0, %d, %d;")]
    [InlineData("setp.lt.b32 %p0, %d, %d;")]
    [InlineData("testp.finite.f32 %p0, %f0;")]
    [InlineData("shfl.sync.left.b32 %d, %d, 1, 31, 0xffffffff;")]
    [InlineData("shfl.down.b32 %d, %d, 1, 31;")]
    [InlineData("bar.arrive 0;")]
    [InlineData("bar.warp.sync 0;")]
    [InlineData("ret.wrong;")]
    [InlineData("ld.volatile.global.s32 %d, [%qa];")]
    [InlineData("ld.global.nc.s32 %d, [%qa];")]
    [InlineData("ld.global.v8.b32 {%d, %d, %d, %d, %d, %d, %d, %d}, [%qa];")]
    [InlineData("ld.global.s8 %x0, [%qa];")] // a register of 64 bits, of which only half would be filled
    [InlineData("st.global.u32 [%qa], %x0;")]
    [InlineData("red.global.max.u64 [%qa], %x0;")]
    [InlineData("atom.global.sys.add.s32 %d, [%qa], %d;")]
    [InlineData("atom.shared.add.s32 %d, [memory], %d;")]
    public void A_form_that_is_not_simulated_is_refused(string instruction)
    {
        string opcode = instruction.Split(' ', ';')[0];
        FluentActions.Invoking(() => Fragment.Run<int>($"{Written}{instruction}", Fragment.Lane))
            .Should().Throw<PtxException>().WithMessage($"line *{opcode}*is not simulated*");
    }

    [Theory]
    [InlineData("%clock.lo")]
    [InlineData("%nsmid.x")]
    public void A_special_register_that_is_not_simulated_is_refused(string register) =>
        FluentActions.Invoking(() => Fragment.Run<int>($"mov.u32 %d, {register};", Fragment.Lane))
            .Should().Throw<PtxException>().WithMessage($"line *{register} is not simulated");

    [Fact]
    public void A_shuffle_that_reads_no_thread_is_found()
    {
        Action read = () => Fragment.Run<int>(20, "shfl.sync.down.b32 %d, %a, 1, 31, 0xfffff;", Fragment.Lane);
        read.Should().Throw<KernelFaultException>().Where(f => f.Kind == FaultKind.Synccheck).WithMessage("*thread 19*reads lane 20, which is no thread*");
        Fragment.Run<int>(20, "shfl.sync.up.b32 %d, %a, 1, 0, 0xfffff;", Fragment.Lane).Should().Equal(Enumerable.Range(0, 20).Select(l => Math.Max(0, l - 1)));
    }

    [Fact]
    public void Uniform_returns_end_a_block() =>
        Fragment.Run<int>("mov.s32 %d, 1;\nsetp.lt.s32 %p1, %a, 99;\n@%p1 bra L_on;\nret.uni;\nL_on:\nadd.s32 %d, %d, %a;", Fragment.Lane)
            .Should().Equal(Fragment.Lane.Select(l => l + 1));

    /// <summary>All registers that the forms above read.</summary>
    static string Written { get; } = "mov.s32 %d, %a;\nmov.f32 %f0, 0f00000000;\nmov.b64 %x0, 0;\nmov.b16 %h0, 0;\n"
        + string.Concat(Enumerable.Range(1, 3).Select(r => $"mov.f32 %f{r}, %f0;\nmov.b64 %x{r}, %x0;\nmov.b16 %h{r}, %h0;\n"));
}
