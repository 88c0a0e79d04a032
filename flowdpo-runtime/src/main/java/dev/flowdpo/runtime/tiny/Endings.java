package dev.flowdpo.runtime.tiny;

import static dev.flowdpo.runtime.tiny.Template.ANY;
import static dev.flowdpo.runtime.tiny.Template.GOODS;
import static dev.flowdpo.runtime.tiny.Template.MONEY;
import static dev.flowdpo.runtime.tiny.Template.NO_OPERATOR;
import static dev.flowdpo.runtime.tiny.Template.implying;
import static dev.flowdpo.runtime.tiny.Template.of;
import static dev.flowdpo.runtime.tiny.Template.plain;

import java.util.List;

/** How a story ends: a last calculation with its own question, or only the question. */
final class Endings {
  /** Endings that bring the last calculation with them. */
  static final List<Template> CALCULATED =
      List.of(
          of(ANY, '+', "{C} has {n} more {things} than {A}. How many {things} does {C} have?"),
          of(ANY, '+', "{C} has {n} {things}. How many {things} do {A} and {C} have together?"),
          of(GOODS, '+', "If {he} buys {n} more, how many {things} does {he} have in all?"),
          of(ANY, '-', "{C} has {n} fewer {things} than {A}. How many {things} does {C} have?"),
          of(ANY, '-', "If {he} gives {n} to {B}, how many {things} does {he} have left?"),
          of(GOODS, '*', "{C} has {n} times as many {things} as {A}. How many does {C} have?"),
          of(
              GOODS,
              '*',
              "{He} sells all of {his} {things} for {n} dollars each. How many dollars does {he}"
                  + " get?"),
          implying(
              GOODS,
              '*',
              2,
              "{C} has twice as many {things} as {A}. How many {things} does {C} have?"),
          of(MONEY, '*', "{C} has {n} times as much money as {A}. How many dollars does {C} have?"),
          implying(
              MONEY, '*', 2, "{C} has twice as much money as {A}. How many dollars does {C} have?"),
          of(
              GOODS,
              '/',
              "{He} shares {his} {things} equally among {n} friends."
                  + " How many {things} does each friend get?"),
          of(
              MONEY,
              '/',
              "{He} shares {his} money equally among {n} friends."
                  + " How many dollars does each friend get?"),
          of(
              GOODS,
              '/',
              "{He} puts {his} {things} into {n} equal piles. How many {things} are in each pile?"),
          of(GOODS, '/', "{He} puts {n} {things} in each {box}. How many {boxes} does {he} fill?"),
          implying(
              GOODS,
              '/',
              2,
              "{C} has half as many {things} as {A}. How many {things} does {C} have?"),
          of(MONEY, '/', "A ticket costs {n} dollars. How many tickets can {he} buy?"));

  /** Questions right after an opening; their operator is that of the last step. */
  static final List<Template> AFTER_OPENING =
      List.of(
          plain(ANY, "How many {things} does {A} have?"),
          plain(ANY, "How many {things} does {he} have?"),
          plain(MONEY, "How much money does {A} have?"));

  /** Questions after an event; operator none fits every last step. */
  static final List<Template> AFTER_EVENT =
      List.of(
          plain(ANY, "How many {things} does {A} have now?"),
          plain(ANY, "How many {things} does {he} have now?"),
          plain(ANY, "How many {things} does {A} have in the end?"),
          plain(MONEY, "How much money does {he} have now?"),
          of(ANY, '+', "How many {things} does {he} have in all?"),
          of(ANY, '-', "How many {things} does {he} have left?"),
          of(ANY, '-', "How many {things} does {A} have left?"));

  /** The question "are left?" names no owner: only for stories in which nobody else has any. */
  static final Template ARE_LEFT = of(ANY, '-', "How many {things} are left?");

  private Endings() {}

  /** Returns whether a plain question fits the last operator of a story. */
  static boolean answers(Template question, char lastOperator) {
    return question.operator() == NO_OPERATOR || question.operator() == lastOperator;
  }
}
