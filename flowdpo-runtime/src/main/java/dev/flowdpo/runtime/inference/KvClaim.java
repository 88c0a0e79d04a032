package dev.flowdpo.runtime.inference;

import java.lang.ref.Cleaner;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The right to read a path: as long as it is open, no memory of the path is given back. One that is
 * dropped ends when it is garbage. Thread-safe.
 */
final class KvClaim implements AutoCloseable {
  private final KvPath path;
  private final Cleaner.Cleanable open;

  private KvClaim(KvPath path, List<KvTokens> claimed) {
    this.path = path;
    this.open = KvSlab.CLEANER.register(this, () -> claimed.forEach(KvTokens::release));
  }

  /** Returns a claim to a path whose memory the caller knows to be there. */
  static KvClaim of(KvPath path) {
    return tryClaim(path)
        .orElseThrow(() -> new IllegalStateException("The path's memory is given back"));
  }

  /** Returns another claim to the path, or none where this one is closed and was the last. */
  Optional<KvClaim> share() {
    return tryClaim(path);
  }

  private static Optional<KvClaim> tryClaim(KvPath path) {
    List<KvTokens> claimed = new ArrayList<>();
    for (KvBlock block : path.blocks()) {
      if (!block.tokens().claim(block.length())) {
        claimed.forEach(KvTokens::release);
        return Optional.empty();
      }
      claimed.add(block.tokens());
    }
    return Optional.of(new KvClaim(path, claimed));
  }

  /** Returns what may be read while this is open. */
  KvPath path() {
    return path;
  }

  /** Ends the claim; again does nothing. */
  @Override
  public void close() {
    open.clean();
  }
}
