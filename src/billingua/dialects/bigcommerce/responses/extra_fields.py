"""How the store's own fields are set up, as it is shown (contract §3.7)."""

from typing import Any
from uuid import uuid5

from billingua.core.workspace import Workspace
from billingua.dialects.bigcommerce.vocabulary import USER_DEFINED, ExtraField


def extra_field(field: ExtraField, workspace: Workspace) -> dict[str, Any]:
    """Show how an extra field is set up (§3.7)."""
    return {
        "id": field.id,
        "uuid": str(uuid5(workspace.uuid, f"extra field {field.id}")),
        "fieldName": field.name,
        "fieldType": int(field.type),
        "isRequired": field.required,
        "isUnique": field.unique,
        "visibleToEnduser": True,
        "configType": USER_DEFINED,
        "defaultValue": field.default,
        "maximumLength": field.max_length,
        "numberOfRows": field.rows,
        "maximumValue": field.max_value,
        "listOfValue": field.options,
    }
