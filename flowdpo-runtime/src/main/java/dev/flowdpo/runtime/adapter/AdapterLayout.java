package dev.flowdpo.runtime.adapter;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import dev.flowdpo.runtime.checkpoint.ModelConfig;
import dev.flowdpo.runtime.graph.LinearSite;
import java.util.List;

/**
 * Where each factor of an adapter lies in one flat vector: for every site {@code A [rank, inputs]},
 * then {@code B [outputs, rank]}, row by row. One vector makes the optimizer, clipping, snapshots
 * and files one operation each. Immutable and thread-safe.
 */
public final class AdapterLayout {
  private final ImmutableList<LinearSite> sites;
  private final int[] offsets;
  private final int rank;
  private final int size;

  /**
   * Lays out the factors of these sites.
   *
   * @param rank the number of rows of A, at least 1
   */
  public AdapterLayout(List<LinearSite> sites, int rank) {
    Preconditions.checkArgument(
        rank >= 1, "The rank of an adapter must be at least 1, found %s", rank);
    this.sites = ImmutableList.copyOf(sites);
    this.rank = rank;
    this.offsets = new int[sites.size()];
    int offset = 0;
    for (int i = 0; i < offsets.length; i++) {
      offsets[i] = offset;
      LinearSite site = sites.get(i);
      offset = Math.addExact(offset, Math.multiplyExact(rank, site.inputs() + site.outputs()));
    }
    this.size = offset;
  }

  /** Returns the layout for every linear layer of a model. */
  public static AdapterLayout of(ModelConfig config, int rank) {
    return new AdapterLayout(LinearSite.of(config), rank);
  }

  /** Returns the sites in the order of the vector. */
  public List<LinearSite> sites() {
    return sites;
  }

  /** Returns the rank. */
  public int rank() {
    return rank;
  }

  /** Returns the number of elements of the vector. */
  public int size() {
    return size;
  }

  /** Returns where A of a site begins. */
  public int offsetOfA(int site) {
    return offsets[site];
  }

  /** Returns the number of elements of A of a site. */
  public int sizeOfA(int site) {
    return rank * sites.get(site).inputs();
  }

  /** Returns where B of a site begins. */
  public int offsetOfB(int site) {
    return offsets[site] + sizeOfA(site);
  }

  /** Returns the number of elements of B of a site. */
  public int sizeOfB(int site) {
    return rank * sites.get(site).outputs();
  }
}
