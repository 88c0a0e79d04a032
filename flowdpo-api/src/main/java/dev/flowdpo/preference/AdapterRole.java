package dev.flowdpo.preference;

/** The two adapters over the one frozen base. */
public enum AdapterRole {
  /** Writes chunks. */
  ANSWER("answer"),
  /** Decides whether the answer is finished. */
  STOP("stop");

  private final String folderName;

  AdapterRole(String folderName) {
    this.folderName = folderName;
  }

  /** {@return the name of this adapter's PEFT folder, {@code "answer"} or {@code "stop"}} */
  public String folderName() {
    return folderName;
  }
}
