namespace Nin.PtxSimulator.Instructions;

struct PredicateAnd : IScalar<uint, uint>
{
    public static uint Of(uint a, uint b) => a & b;
}

struct PredicateOr : IScalar<uint, uint>
{
    public static uint Of(uint a, uint b) => a | b;
}

struct PredicateXor : IScalar<uint, uint>
{
    public static uint Of(uint a, uint b) => a ^ b;
}

struct PredicateNot : IScalar<uint, uint>
{
    public static uint Of(uint a, uint b) => ~a;
}

struct PredicateCopy : IScalar<uint, uint>
{
    public static uint Of(uint a, uint b) => a;
}
