package dev.flowdpo.runtime.tiny;

/** What may happen to a counted noun in a story: food is eaten, money is earned and spent. */
enum Kind {
  FOOD,
  KEEPSAKE,
  MONEY
}
