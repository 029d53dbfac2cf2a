using Nin.Runner;

return await CommandLine.RunAsync(args).ConfigureAwait(false);
