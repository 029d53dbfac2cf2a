namespace Nin.Data;

/// <summary>How a training image is varied, anew in each epoch.</summary>
public enum Augmentation
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>Mirrored left to right, for half of the images.</summary>
    Flip,

    /// <summary>
    /// As <see cref="Flip"/>, then moved by -2 to 2 pixels along each axis, all equally likely;
    /// what comes in from outside is black (0 before normalisation). Pixels are the data set's, before resizing.
    /// </summary>
    ShiftFlip,
}
