namespace Nin.Layers;

/// <summary>The sum of two or more branches of one shape.</summary>
/// <typeparam name="TShape">Shape of one example, in and out.</typeparam>
/// <param name="name">Its name in the network.</param>
/// <param name="count">Branches.</param>
public sealed class Add<TShape>(string name, int count) : Merge<TShape>(name, new AddStep(TShape.Shape, count))
    where TShape : struct, IShape;
