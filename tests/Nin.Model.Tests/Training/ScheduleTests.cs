using Nin.Training;

namespace Nin.Model.Tests.Training;

public sealed class ScheduleTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(10, 0.4)]
    [InlineData(25, 1)]
    [InlineData(50, 50 / 75.0)]
    [InlineData(99, 1 / 75.0)]
    [InlineData(100, 0)]
    public void OneCycleRisesForAQuarterAndFallsToZero(long step, double share) =>
        new OneCycleSchedule().At(step, 100).Should().BeApproximately(share, 1e-12);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(50, 0.75)]
    [InlineData(75, 0.5)]
    [InlineData(150, 0)]
    public void CosineFallsFromThePeakToZero(long step, double share) =>
        new CosineSchedule().At(step, 150).Should().BeApproximately(share, 1e-12);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(29, 1)]
    [InlineData(30, 0.1)]
    [InlineData(59, 0.1)]
    [InlineData(60, 0.01)]
    [InlineData(90, 0.01)]
    public void StepsDropAtEqualDistances(long step, double share) => new StepSchedule().At(step, 90).Should().BeApproximately(share, 1e-12);

    [Fact]
    public void ConstantStays() => Enumerable.Range(0, 11).Select(i => new ConstantSchedule().At(i, 10)).Should().OnlyContain(s => s == 1);

    [Theory]
    [InlineData(0, 0.25)]
    [InlineData(2, 0.75)]
    [InlineData(3, 1)]
    [InlineData(50, 1)]
    public void AWarmUpRisesInAStraightLine(long step, double factor)
    {
        new ConstantSchedule().WithWarmup(4).At(step, 100).Should().BeApproximately(factor, 1e-12);
        new CosineSchedule().WithWarmup(0.5, stepsPerEpoch: 8).At(step, 100).Should().BeApproximately(factor * new CosineSchedule().At(step, 100), 1e-12);
    }

    [Fact]
    public void AWarmUpNamesAllThatDecidesIt()
    {
        new StepSchedule(3, 0.5).WithWarmup(4).Describe().Should().Be("Steps = 4, Schedule = Nin.Training.StepSchedule StepSchedule { Parts = 3, Factor = 0.5 }");
        FluentActions.Invoking(() => new CosineSchedule().WithWarmup(0)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new CosineSchedule().WithWarmup(0.0, 8)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void EverySharesStaysBetweenNothingAndThePeak()
    {
        LearningRateSchedule[] all = [new ConstantSchedule(), new StepSchedule(7, 0.5), new CosineSchedule(), new OneCycleSchedule()];
        foreach (var schedule in all)
        {
            for (int total = 1; total < 60; total++)
                Enumerable.Range(0, total + 1).Select(i => schedule.At(i, total)).Should().OnlyContain(s => s >= 0 && s <= 1);
        }
    }

    [Theory]
    [InlineData(-1, 10)]
    [InlineData(11, 10)]
    [InlineData(0, 0)]
    public void AStepOutsideTheRunIsRefused(long step, long total) =>
        FluentActions.Invoking(() => new CosineSchedule().At(step, total)).Should().Throw<ArgumentOutOfRangeException>();
}
