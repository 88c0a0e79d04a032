package dev.flowdpo.runtime.tiny;

import static dev.flowdpo.runtime.tiny.Template.ANY;
import static dev.flowdpo.runtime.tiny.Template.FOOD;
import static dev.flowdpo.runtime.tiny.Template.FOUND;
import static dev.flowdpo.runtime.tiny.Template.GOODS;
import static dev.flowdpo.runtime.tiny.Template.MONEY;
import static dev.flowdpo.runtime.tiny.Template.implying;
import static dev.flowdpo.runtime.tiny.Template.of;

import java.util.List;

/**
 * What happens next in a story: each sentence changes how many things the main person has. They say
 * whose things they mean, because the opening may have given some to the friend as well.
 */
final class Events {
  static final List<Template> ALL =
      List.of(
          // v + n
          of(ANY, '+', "{B} gives {him} {n} more {things}."),
          of(ANY, '+', "{He} gets {n} {things} from {B}."),
          of(ANY, '+', "The next day {he} gets {n} more {things}."),
          of(ANY, '+', "On Friday {he} gets {n} more {things}."),
          of(GOODS, '+', "{He} buys {n} more {things}."),
          of(FOUND, '+', "Then {he} finds {n} more {things}."),
          of(FOUND, '+', "{He} wins {n} {things} in a game."),
          of(MONEY, '+', "{He} earns {n} more dollars."),
          of(MONEY, '+', "{He} sells a book for {n} dollars."),
          // v - n
          of(ANY, '-', "{He} gives {n} {things} to {B}."),
          of(ANY, '-', "{He} gives away {n} {things}."),
          of(ANY, '-', "Then {he} loses {n} {things}."),
          of(GOODS, '-', "{He} sells {n} of {his} {things}."),
          of(GOODS, '-', "{B} takes {n} of {his} {things}."),
          of(GOODS, '-', "Then {n} of {his} {things} get lost."),
          of(FOOD, '-', "{He} eats {n}."),
          of(FOOD, '-', "Then {he} eats {n} {things}."),
          of(FOOD, '-', "{B} eats {n} of {his} {things}."),
          of(MONEY, '-', "{He} spends {n} dollars."),
          of(MONEY, '-', "{He} pays {n} dollars for lunch."),
          of(MONEY, '-', "{He} buys a book for {n} dollars."),
          // v * n
          of(GOODS, '*', "After a week {he} has {n} times as many {things}."),
          of(GOODS, '*', "A month later {he} has {n} times as many {things}."),
          implying(GOODS, '*', 2, "After a week {he} has twice as many {things}."),
          implying(GOODS, '*', 2, "Then the number of {his} {things} doubles."),
          of(MONEY, '*', "After a week {he} has {n} times as much money."),
          of(MONEY, '*', "A month later {he} has {n} times as much money."),
          implying(MONEY, '*', 2, "After a week {he} has twice as much money."),
          // v / n
          of(GOODS, '/', "{He} puts {his} {things} into {n} equal piles and keeps one pile."),
          implying(GOODS, '/', 2, "{He} gives half of {his} {things} to {B}."),
          implying(GOODS, '/', 2, "{He} keeps only half of {his} {things}."),
          implying(GOODS, '/', 2, "{He} sells half of {his} {things}."),
          implying(FOOD, '/', 2, "{He} eats half of {his} {things}."),
          of(MONEY, '/', "{He} splits {his} money into {n} equal parts and keeps one part."),
          implying(MONEY, '/', 2, "{He} spends half of {his} money."),
          implying(MONEY, '/', 2, "{He} gives half of {his} money to {B}."));

  private Events() {}
}
