package dev.flowdpo.runtime.internal;

import java.lang.ref.Cleaner;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds what owns native memory and is never closed, as Netty's leak detector does for buffers.
 *
 * <p>Whatever owns native memory says here that it is open, and later that it is closed. With the
 * system property {@value #PROPERTY} set to {@code true} each is kept with the stack of the place
 * where it was made; one that becomes unreachable unclosed is reported by a warning with that
 * place. Without the property, which is read once, nothing is kept, and what it costs is one call.
 *
 * <p>The tests of this project run with the property, and fail where something is left open.
 * Thread-safe.
 */
public final class LeakDetector {
  /** The system property that switches detection on. */
  public static final String PROPERTY = "flowdpo.leaks";

  private static final boolean ON = Boolean.getBoolean(PROPERTY);
  private static final Logger LOG = LoggerFactory.getLogger(LeakDetector.class);
  private static final Handle OFF = () -> {};
  private static final Set<Place> OPEN = ConcurrentHashMap.newKeySet();

  /** Says that its owner is closed; calls after the first do nothing. */
  @FunctionalInterface
  public interface Handle {
    /** Says it. */
    void closed();
  }

  /** Where something was made. It must not reach the owner, which would never be garbage then. */
  private static final class Place implements Runnable {
    private final String what;
    private final Throwable stack;
    private final AtomicBoolean closed = new AtomicBoolean();

    Place(String what) {
      this.what = what;
      this.stack = new Throwable(what + " was made here");
    }

    /** Run when it is closed, or when its owner is garbage. */
    @Override
    public void run() {
      if (!closed.get()) {
        LOG.warn("{} was not closed before it became garbage; close it after use", what, stack);
      }
    }
  }

  /** Made when something is first tracked, so that there is no thread where nothing is. */
  private static final class Cleaning {
    static final Cleaner CLEANER = Cleaner.create();

    private Cleaning() {}
  }

  private LeakDetector() {}

  /**
   * Begins to track an owner of native memory.
   *
   * @param owner what is to be closed
   * @param what what it is, for people
   * @return what its {@code close} calls
   */
  public static Handle opened(Object owner, String what) {
    if (!ON) {
      return OFF;
    }
    Place place = new Place(what);
    OPEN.add(place);
    Cleaner.Cleanable cleanable = Cleaning.CLEANER.register(owner, place);
    return () -> {
      place.closed.set(true);
      OPEN.remove(place);
      cleanable.clean();
    };
  }

  /**
   * Returns the places of all that is not closed, garbage or not, each as an exception whose stack
   * leads there; always empty while detection is off.
   */
  public static List<Throwable> open() {
    return OPEN.stream().map(place -> place.stack).toList();
  }
}
