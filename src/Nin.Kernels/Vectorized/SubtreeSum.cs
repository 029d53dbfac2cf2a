namespace Nin.Vectorized;

/// <summary>Adds the sums of the subtrees up to the gradient of weights. A piece is one block of rows.</summary>
unsafe struct SubtreeSum : ILanesJob
{
    public WeightGradientPlan Plan;
    public WeightGradientTarget Target;
    public float* Partials;

    public readonly void Execute<TLanes>(int index, int worker)
        where TLanes : struct, ILanes<TLanes>
    {
        int group = index / Plan.RowBlocks;
        int block = index % Plan.RowBlocks;
        int from = block * Plan.BlockRows;
        int rows = Math.Min(Plan.BlockRows, Plan.Rows - from);
        float* first = Partials + (long)group * (Plan.Rows + 1) * Plan.Columns;
        float* sums = first + (long)from * Plan.Columns;
        SliceTree.Sum<TLanes>(sums, Plan.PartialLength, Plan.Subtrees, (long)rows * Plan.Columns);
        Target.Store<TLanes>(sums, group, from, rows);
        if (block == 0)
        {
            float* bias = first + (long)Plan.Rows * Plan.Columns;
            SliceTree.Sum<TLanes>(bias, Plan.PartialLength, Plan.Subtrees, Plan.Columns);
            Target.StoreBias<TLanes>(bias, group);
        }
    }
}
