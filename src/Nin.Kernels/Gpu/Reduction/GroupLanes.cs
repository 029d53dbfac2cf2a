using System.Reflection;
using ILGPU;
using ILGPU.Runtime;

namespace Nin.Ops;

/// <summary>
/// How the threads of a work-group share sums over pixels: neighbours take neighbouring items (channels of a run of pixels), and so many lanes share an
/// item, each taking every <see cref="Lanes"/>th of its terms; their sums meet in shared memory. Where groups do not cooperate an item has one lane.
/// </summary>
/// <param name="Items">Items of a group.</param>
/// <param name="Lanes">Threads of an item, a power of two.</param>
readonly record struct GroupLanes(Divisor Items, int Lanes)
{
    /// <summary>The most threads of a group.</summary>
    public const int MostThreads = 256;

    /// <summary>
    /// Launch bounds for CUDA's assembler of a kernel that takes lanes: 1,024 threads of a multiprocessor, half of an H100's, and so 64 registers each. Null where a
    /// kernel takes none.
    /// </summary>
    public static KernelSpecialization? BoundsOf(MethodInfo kernel) =>
        kernel.GetParameters().Any(p => p.ParameterType == typeof(GroupLanes)) ? new(MostThreads, 1024 / MostThreads) : null;

    /// <summary>The lanes of a launch over <paramref name="total"/> items, and its configuration.</summary>
    /// <param name="device">Where it runs.</param>
    /// <param name="total">Items.</param>
    /// <param name="items">Items of a group whose threads cooperate, a power of two; neighbouring threads read their memory together.</param>
    public static (GroupLanes Lanes, KernelConfig Config) Over(AcceleratorDevice device, long total, int items)
    {
        if (!device.Profile.GroupsCooperate)
        {
            var config = device.Over(total);
            return (new(Divisor.Of(config.GroupDim.X), 1), config);
        }

        return (new(Divisor.Of(items), MostThreads / items), device.Groups((total + items - 1) / items, MostThreads));
    }

    /// <summary>The lane of this thread.</summary>
    public int Lane => Items.Divide(Group.IdxX);

    /// <summary>The item of this thread, among those of its group.</summary>
    public int Item => Group.IdxX - Lane * Items.Value;

    /// <summary>Adds up what the lanes of each item hold: lane 0 returns the sum. All threads of the group call it, as often as each other.</summary>
    /// <param name="shared">Shared memory of the group, one element per thread.</param>
    /// <param name="sum">What this thread holds.</param>
    public Float4 Sum(ArrayView<Float4> shared, Float4 sum)
    {
        if (Lanes == 1) return sum;
        int lane = Lane;
        shared[Group.IdxX] = sum;
        Group.Barrier();
        for (int reach = Lanes >> 1; reach > 0; reach >>= 1)
        {
            if (lane < reach)
            {
                sum = Float4.Add(sum, shared[Group.IdxX + reach * Items.Value]);
                shared[Group.IdxX] = sum;
            }

            Group.Barrier();
        }

        return sum;
    }
}
