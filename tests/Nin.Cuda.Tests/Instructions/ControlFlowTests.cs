namespace Nin.Cuda.Tests.Instructions;

/// <summary>Lanes that part and meet again; guards, selections and predicates.</summary>
public sealed class ControlFlowTests
{
    [Fact]
    public void Lanes_that_part_meet_again() =>
        Fragment.Run<int>(
            """
            setp.lt.s32 %p1, %a, 10;
            @%p1 bra L_less;
            mul.lo.s32 %d, %a, 3;
            bra L_meet;
            L_less:
            add.s32 %d, %a, 100;
            L_meet:
            add.s32 %d, %d, 1;
            """,
            Fragment.Lane).Should().Equal(Fragment.Lane.Select(l => (l < 10 ? l + 100 : l * 3) + 1));

    [Fact]
    public void Each_lane_leaves_a_loop_when_it_is_done() =>
        Fragment.Run<int>(
            """
            mov.s32 %d, 0;
            mov.s32 %r1, 0;
            L_loop:
            setp.ge.s32 %p1, %r1, %a;
            @%p1 bra L_end;
            add.s32 %d, %d, %r1;
            add.s32 %r1, %r1, 1;
            bra L_loop;
            L_end:
            """,
            Fragment.Lane).Should().Equal(Fragment.Lane.Select(l => l * (l - 1) / 2));

    [Fact]
    public void Branches_within_branches_within_a_loop() =>
        Fragment.Run<int>(
            """
            mov.s32 %d, 0;
            mov.s32 %r1, 0;
            L_loop:
            and.b32 %r2, %r1, 1;
            setp.eq.s32 %p1, %r2, 0;
            @%p1 bra L_even;
            setp.gt.s32 %p2, %a, 15;
            @%p2 bra L_next;
            add.s32 %d, %d, 10;
            bra L_next;
            L_even:
            setp.lt.s32 %p3, %a, %r1;
            @%p3 bra L_out;
            add.s32 %d, %d, 1;
            L_next:
            add.s32 %r1, %r1, 1;
            setp.lt.s32 %p4, %r1, 20;
            @%p4 bra L_loop;
            L_out:
            mul.lo.s32 %d, %d, 2;
            """,
            Fragment.Lane).Should().Equal(Fragment.Lane.Select(l =>
            {
                int d = 0;
                for (int i = 0; i < 20; i++)
                {
                    if (i % 2 == 0)
                    {
                        if (l < i) break;
                        d++;
                    }
                    else if (l <= 15) d += 10;
                }

                return d * 2;
            }));

    [Fact]
    public void Lanes_that_wait_keep_their_predicates() =>
        // %p2 is needed after the branch by the lanes that wait; %r1 is needed only on the other side, by lane 0 among others.
        Fragment.Run<int>(
            """
            setp.lt.s32 %p1, %a, 16;
            @%p1 bra L_first;
            setp.gt.s32 %p2, %a, 20;
            setp.gt.s32 %p3, %a, 24;
            @%p3 bra L_high;
            selp.s32 %d, 1, 2, %p2;
            bra L_meet;
            L_high:
            selp.s32 %d, 3, 4, %p2;
            bra L_meet;
            L_first:
            add.s32 %r1, %a, 0;
            mul.lo.s32 %r2, %r1, 0;
            add.s32 %d, %r2, %r1;
            L_meet:
            """,
            Fragment.Lane).Should().Equal(Fragment.Lane.Select(l => l < 16 ? l : l > 24 ? 3 : l > 20 ? 1 : 2));

    [Fact]
    public void A_guard_leaves_the_other_lanes_alone() =>
        Fragment.Run<int>("setp.lt.s32 %p1, %a, 7;\nmov.s32 %d, 5;\n@%p1 mov.s32 %d, 6;\n@!%p1 add.s32 %d, %d, 10;", Fragment.Lane)
            .Should().Equal(Fragment.Lane.Select(l => l < 7 ? 6 : 15));

    [Fact]
    public void Predicates_combine() =>
        Fragment.Run<int>(
            """
            setp.lt.s32 %p1, %a, 20;
            setp.gt.s32 %p2, %a, 10;
            and.pred %p3, %p1, %p2;
            not.pred %p4, %p3;
            xor.pred %p5, %p4, %p1;
            or.pred %p6, %p5, %p3;
            selp.s32 %r1, 1, 0, %p3;
            selp.s32 %r2, 2, 0, %p4;
            selp.s32 %r3, 4, 0, %p5;
            selp.s32 %r4, 8, 0, %p6;
            add.s32 %d, %r1, %r2;
            add.s32 %d, %d, %r3;
            add.s32 %d, %d, %r4;
            """,
            Fragment.Lane).Should().Equal(Fragment.Lane.Select(l =>
            {
                bool p1 = l < 20, p3 = p1 && l > 10, p5 = !p3 ^ p1, p6 = p5 || p3;
                return (p3 ? 1 : 2) + (p5 ? 4 : 0) + (p6 ? 8 : 0);
            }));

    [Fact]
    public void A_barrier_misses_a_lane_that_returned()
    {
        Action run = () => Fragment.Run<int>("setp.eq.s32 %p1, %a, 31;\nmov.s32 %d, %a;\n@%p1 ret;\nbar.sync 0;", Fragment.Lane);
        run.Should().Throw<Nin.PtxSimulator.KernelFaultException>().WithMessage("*synccheck*barrier*31 of 32*");
    }
}
