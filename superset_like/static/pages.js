"use strict";
// FAB calls the date picker by the name of another one, and would search for the moment with its microseconds.
$.fn.datetimepicker = function () {
  return this.datepicker({format: "yyyy-mm-dd", autoclose: true}).find("input").val("").end();
};
// FAB's lists and forms say less than somebody who does not see them needs to know.
$(function () {
  $(".action_check_all").attr("aria-label", "Select all rows");
  $(".action_check").each(function () {
    $(this).attr("aria-label", "Select row " + this.value);
  });
  $("a.confirm, [id^='btn-action-']").attr("role", "button");
  $("#filter_form .remove-filter").attr("aria-label", "Remove this filter");
  $("th .fa-arrows-v, th .fa-chevron-up, th .fa-chevron-down").attr("aria-hidden", "true");
});
// A browser would complain of select boxes that FAB hid; the server says what is missing, at each field.
$("#model_form").attr("novalidate", "");
$("#model_form [placeholder]").removeAttr("placeholder");
$("#model_form .alert").attr("role", "alert").each(function () {
  $(this).closest("td").addClass("has-error").find("input, select, textarea").attr("aria-invalid", "true");
});
$("option[value='__None']").text("(none)");
$(".my_select2").each(function () {
  $(this).attr("data-placeholder", this.multiple ? "Choose any" : "Choose one");
});
$("#modal-confirm").on("shown.bs.modal", function () {
  $(this).find("[data-dismiss]").trigger("focus");
});
// By then FAB has made its select boxes.
$(window).on("load", function () {
  $(".select2-selection").each(function () {
    var label = $("label[for='" + $(this).closest("td").find("select").attr("id") + "']").text().trim();
    if (label) $(this).attr("aria-label", label);
  });
});
