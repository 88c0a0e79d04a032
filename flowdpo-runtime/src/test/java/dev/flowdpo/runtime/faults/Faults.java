package dev.flowdpo.runtime.faults;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What goes wrong with a {@link FaultyFileSystem}, and when: of all reads, writes, forces and
 * changes of names, in the order in which they come, the n-th. Not thread-safe beyond its file
 * system's lock.
 */
public final class Faults {
  /** What is counted. */
  public enum Operation {
    READ,
    WRITE,
    FORCE,
    NAME
  }

  /** What comes of the n-th operation. */
  public enum Fault {
    /** It fails; those after it succeed. */
    ERROR,
    /** The disk is full: it fails, after half of its bytes, and so do all writes after it. */
    FULL,
    /** It fails and all after it do, and what was not forced is gone afterwards. */
    POWER_LOSS,
    /** As power loss, but files keep half of what was appended and not forced. */
    TORN_POWER_LOSS,
    /** It and all others are short: at most some bytes are read or written at a time. */
    SHORT
  }

  private static final int SHORT_BYTES = 777;

  private final Fault fault;
  private final long at;
  private final List<Operation> operations = new ArrayList<>();
  private long count;
  private boolean dead;
  private boolean full;
  private String struck = "";

  Faults(Fault fault, long at) {
    this.fault = fault;
    this.at = at;
  }

  /** Says whether the operation came at which something was to go wrong. */
  public boolean hasStruck() {
    return !struck.isEmpty();
  }

  /** Returns the operation that was struck. */
  public String struck() {
    return struck;
  }

  /** Returns the operations that came, in their order. */
  public List<Operation> operations() {
    return List.copyOf(operations);
  }

  boolean losesPower() {
    return fault == Fault.POWER_LOSS || fault == Fault.TORN_POWER_LOSS;
  }

  boolean tears() {
    return fault == Fault.TORN_POWER_LOSS;
  }

  /**
   * Counts an operation.
   *
   * @return how many bytes of it may be done at most
   * @throws IOException if it fails
   */
  int next(Operation operation, Object file, int bytes) throws IOException {
    count++;
    operations.add(operation);
    if (dead) {
      throw new IOException(file + ": no power");
    }
    boolean now = count == at;
    if (now) {
      struck = operation + " of " + file;
    }
    if (fault == Fault.SHORT) {
      return Math.min(bytes, SHORT_BYTES);
    }
    if (fault == Fault.FULL) {
      boolean takesRoom = operation == Operation.WRITE;
      if (now) {
        full = true;
        return takesRoom ? bytes / 2 : bytes;
      }
      if (full && takesRoom) {
        throw new IOException("No space left on device");
      }
      return bytes;
    }
    if (now) {
      dead = losesPower();
      throw new IOException(file + ": injected failure of " + operation);
    }
    return bytes;
  }
}
