// Preloaded into nodes whose memory is compared: SIGUSR2 collects garbage (needs --expose-gc).
process.on("SIGUSR2", () => {
  globalThis.gc();
});
