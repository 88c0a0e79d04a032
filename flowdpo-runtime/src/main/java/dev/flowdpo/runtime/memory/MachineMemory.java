package dev.flowdpo.runtime.memory;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** What memory there is. Stateless and thread-safe. */
public final class MachineMemory {
  private MachineMemory() {}

  /** {@return the bytes of the machine, or of the container (cgroup) where that allows less} */
  public static long bytes() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getTotalMemorySize();
  }
}
