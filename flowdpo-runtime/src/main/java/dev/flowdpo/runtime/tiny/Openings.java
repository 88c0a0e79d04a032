package dev.flowdpo.runtime.tiny;

import static dev.flowdpo.runtime.tiny.Template.ANY;
import static dev.flowdpo.runtime.tiny.Template.FOOD;
import static dev.flowdpo.runtime.tiny.Template.FOUND;
import static dev.flowdpo.runtime.tiny.Template.GOODS;
import static dev.flowdpo.runtime.tiny.Template.KEEPSAKE;
import static dev.flowdpo.runtime.tiny.Template.MONEY;
import static dev.flowdpo.runtime.tiny.Template.implying;
import static dev.flowdpo.runtime.tiny.Template.of;
import static dev.flowdpo.runtime.tiny.Template.plain;

import java.util.List;

/**
 * How a story begins. A plain opening states the first quantity {@code {m}}; the others ask for a
 * first calculation {@code {m} operator {n}}, with the numbers in the order of the text.
 */
final class Openings {
  static final List<Template> ALL =
      List.of(
          plain(ANY, "{A} has {m} {things}."),
          plain(ANY, "At first {A} has {m} {things}."),
          plain(ANY, "{A} starts the day with {m} {things}."),
          plain(ANY, "In the morning {A} has {m} {things}."),
          plain(GOODS, "{A} has a {box} with {m} {things}."),
          plain(GOODS, "{A} brings {m} {things} to school."),
          plain(GOODS, "There are {m} {things} on the table. {A} takes all of them."),
          plain(FOUND, "{A} finds {m} {things} in a box."),
          plain(MONEY, "{A} takes {m} dollars to the shop."),
          plain(MONEY, "{A} has saved {m} dollars."),
          // m * n
          of(GOODS, '*', "{A} has {m} {boxes} with {n} {things} each."),
          of(GOODS, '*', "{A} buys {m} {boxes} of {n} {things} each."),
          of(GOODS, '*', "{A} packs {m} {boxes} with {n} {things} in each."),
          of(GOODS, '*', "There are {m} {things} in each {box}. {A} takes {n} {boxes}."),
          of(GOODS, '*', "Each {box} holds {m} {things}. {A} fills {n} {boxes}."),
          of(GOODS, '*', "{A} has {m} rows of {n} {things} on the table."),
          of(GOODS, '*', "{A} gets {m} {things} a day for {n} days."),
          of(ANY, '*', "{A} gets {m} {things} from each of {n} friends."),
          of(GOODS, '*', "{B} has {m} {things}. {A} has {n} times as many."),
          of(MONEY, '*', "{B} has {m} dollars. {A} has {n} times as much."),
          implying(GOODS, '*', 2, "{B} has {m} {things}. {A} has twice as many."),
          implying(MONEY, '*', 2, "{B} has {m} dollars. {A} has twice as much."),
          of(MONEY, '*', "{A} earns {m} dollars an hour and works {n} hours."),
          of(MONEY, '*', "{A} is paid {m} dollars a day. {He} works {n} days."),
          of(MONEY, '*', "{A} saves {m} dollars a week for {n} weeks."),
          of(MONEY, '*', "{A} sells {m} {goods} for {n} dollars each."),
          of(MONEY, '*', "{A} washes {m} cars for {n} dollars each."),
          // m + n
          of(ANY, '+', "{B} has {m} {things}. {A} has {n} more {things} than {B}."),
          of(GOODS, '+', "{A} has {m} {things} at home and {n} at school."),
          of(GOODS, '+', "{A} buys {m} {things} on Monday and {n} on Tuesday."),
          of(KEEPSAKE, '+', "{A} has {m} red {things} and {n} blue {things}."),
          of(MONEY, '+', "{A} earns {m} dollars on Monday and {n} on Tuesday."),
          of(FOUND, '+', "{A} has {m} {things} and finds {n} more."),
          // m - n
          of(ANY, '-', "{B} has {m} {things}. {A} has {n} fewer {things} than {B}."),
          of(GOODS, '-', "{A} takes {m} {things} to school but loses {n}."),
          of(GOODS, '-', "{A} buys {m} {things} and gives {n} to {B}."),
          of(FOOD, '-', "{A} buys {m} {things} and eats {n}."),
          of(MONEY, '-', "{A} has {m} dollars and spends {n} dollars on lunch."),
          of(MONEY, '-', "{A} earns {m} dollars but loses {n}."),
          // m / n
          of(GOODS, '/', "There are {m} {things} for {n} children. {A} gets an equal share."),
          of(ANY, '/', "{B} shares {m} {things} equally among {n} children. {A} is one of them."),
          of(GOODS, '/', "{A} puts {m} {things} into {n} equal piles and keeps one pile."),
          implying(GOODS, '/', 2, "{B} has {m} {things}. {A} has half as many."),
          implying(MONEY, '/', 2, "{B} has {m} dollars. {A} has half as much."));

  private Openings() {}
}
